// The page: a pure function of what is known. It is whole by itself, runs no script, and asks nobody for anything.
import type { ReportFacts } from './facts.ts';
import { type Content, type Html, html, textOfHtml } from './html.ts';
import { definitions } from './list.ts';
import { policySection } from './policy-section.ts';
import { signatureSection } from './signature-section.ts';
import { icons, style, styleDigest } from './style.ts';
import { titleOf, verdictSection } from './verdict-section.ts';
import { digest, moment, quoted } from './words.ts';

/** The report as an HTML document. */
export function printReport(facts: ReportFacts): string {
  const policy = `default-src 'none'; style-src '${styleDigest}'; base-uri 'none'; form-action 'none'`;
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="generator" content="notation-ts-kms ${facts.maker.version}"><title>${titleOf(facts)}</title>${style}`;
  const body = html`<a class="skip" href="#verdict">To the verdict</a>${icons}<header><p class="brand">notation-ts-kms <span>verification report</span></p><p class="made">${moment(facts.at)}</p></header><main>${[
    verdictSection(facts),
    subjectSection(facts),
    signatureSections(facts),
    policySection(facts),
  ]}</main>${footer(facts)}`;
  return textOfHtml(html`<!doctype html>\n<html lang="en"><head>${head}</head><body>${body}</body></html>\n`);
}

/** The signatures that are unfolded at first: the one that passed, or the first few. */
const unfolded = 3;

function signatureSections(facts: ReportFacts): Content {
  const { signatures } = facts;
  const accepted = signatures.findIndex(({ status }) => status === 'verified');
  const isOpen = (index: number) => signatures.length <= unfolded || (accepted === -1 ? index < unfolded : index === accepted);
  return signatures.map((signature, index) => signatureSection({ signature, number: index + 1, open: isOpen(index) }, facts));
}

function subjectSection({ subject, outcome }: ReportFacts): Html {
  if (subject.kind === 'blob') {
    const signed = outcome.status === 'verified' ? outcome.accepted.signed : undefined;
    return section('Signed file', [
      ['File', quoted(subject.path)],
      ['Signature file', quoted(subject.signature)],
      ...(signed === undefined ? [] : descriptorOf(signed)),
    ]);
  }
  const { reference, name, descriptor, tag, scope } = subject;
  return section('Artifact', [
    ['Name', quoted(name)],
    ...(reference === name ? [] : [['Asked for', quoted(reference)] as const]),
    ...(tag === undefined ? [] : [['Tag', html`${quoted(tag)}; what a tag stands for can change, a digest cannot`] as const]),
    ['Found in', scope === undefined ? 'a registry' : 'an OCI layout'],
    ...(scope === undefined ? [] : [['Copy of', html`${quoted(scope)}, as <code>--scope</code> says`] as const]),
    ...descriptorOf(descriptor),
  ]);
}

function descriptorOf({ digest: text, mediaType, size }: { readonly digest: string; readonly mediaType: string; readonly size: number }) {
  return [
    ['Digest', digest(text)],
    ['Media type', html`<code>${mediaType}</code>`],
    ['Size', `${size.toLocaleString('en')} bytes`],
  ] as const;
}

function section(title: string, entries: Parameters<typeof definitions>[0]): Html {
  return html`<section aria-labelledby="subject"><h2 id="subject">${title}</h2>${definitions(entries)}</section>`;
}

function footer({ maker: { version, build, runtime }, at, subject }: ReportFacts): Html {
  const command = subject.kind === 'artifact' ? 'notation-ts-kms verify' : 'notation-ts-kms blob verify';
  return html`<footer><h2>About this report</h2><p><strong>This page is not evidence by itself.</strong> Nobody signed it, and whoever sends it may have changed it. To be sure, run <code>${command}</code> yourself, with a trust policy of your own; <code>--output json</code> tells the same to programs.</p><p>Made ${moment(at)} by notation-ts-kms ${version} (commit <code>${build.commit}</code>, built as ${build.form}, ${runtime}), by the clock, the trust policy and the trust stores of the machine that it ran on.</p></footer>`;
}
