// The verdict, in words first: what it is, why, and what to do.
import { loggedFailures } from '../verify/verdict.ts';
import { oneLine } from '../voice/fields.ts';
import { type Fact, failureFacts, marked, stepTitles } from './evidence.ts';
import type { ReportFacts } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { definitions } from './list.ts';
import { stepsOf } from './steps.ts';

interface Headline {
  readonly tone: 'good' | 'bad' | 'note';
  readonly title: string;
  readonly text: Content;
}

/** The verdict on the whole. */
export function verdictSection(facts: ReportFacts): Html {
  const { tone, title, text } = headlineOf(facts);
  return html`<section class="headline ${tone}" aria-labelledby="verdict" data-status="${facts.outcome.status}"><svg class="seal" aria-hidden="true"><use href="#icon-${tone}"/></svg><div><h1 id="verdict">${title}</h1><p>${text}</p>${[reasons(facts), warnings(facts), restText(facts), offlineText(facts)]}</div></section>`;
}

/** What the page is called: the verdict, and what it is on. */
export function titleOf(facts: ReportFacts): string {
  const { subject } = facts;
  return `${headlineOf(facts).title}: ${subject.kind === 'artifact' ? subject.name : subject.path}`;
}

function headlineOf(facts: ReportFacts): Headline {
  const { outcome, subject, signatures, rest } = facts;
  const [what, statement] = [
    subject.kind === 'artifact' ? 'artifact' : 'file',
    html`the trust policy statement <bdi>“${facts.statement.name}”</bdi>`,
  ];
  if (outcome.status === 'skipped')
    return {
      tone: 'note',
      title: 'Not checked',
      text: html`The level of ${statement} is skip: nothing of this ${what} was looked at. Anybody may have signed it, or nobody.`,
    };
  if (outcome.status === 'verified') {
    const logged = loggedFailures(outcome.accepted).length > 0;
    const passing = signatures.filter(({ status }) => status === 'verified').length;
    const count =
      signatures.length === 1
        ? 'Its signature passes'
        : `${passing} of its ${signatures.length} signatures ${passing === 1 ? 'passes' : 'pass'}`;
    return {
      tone: logged ? 'note' : 'good',
      title: logged ? 'Verified, with warnings' : 'Verified',
      text: html`${count} what ${statement} demands of this ${what}${signatures.length > 1 ? '; one is enough' : ''}.`,
    };
  }
  if (outcome.reason === 'unsigned')
    return { tone: 'bad', title: 'Not verified: not signed', text: html`This ${what} has no signature, and ${statement} demands one.` };
  const tried = `${signatures.length === 1 ? 'Its signature does not pass' : `None of ${rest === 'more' ? 'the first' : 'its'} ${signatures.length} signatures passes`}`;
  return { tone: 'bad', title: 'Not verified', text: html`${tried} what ${statement} demands of this ${what}.` };
}

/** Reasons that are told above; those of the other signatures are told with them. */
const told = 3;

function reasons({ outcome, signatures, statement, subject }: ReportFacts): Content {
  if (outcome.status !== 'rejected') return undefined;
  if (outcome.reason === 'unsigned')
    return definitions([
      [
        'What to do',
        subject.kind === 'artifact'
          ? 'check that this is the digest that was signed, and that its signatures were copied with it; otherwise have it signed'
          : 'have it signed',
      ],
    ]);
  return signatures.slice(0, told).map((signature, index) => {
    const failed = stepsOf(signature, statement.actions).find(({ result }) => result === 'failed');
    if (failed === undefined) return undefined;
    const why: readonly Fact[] = failureFacts(failed, signature);
    return html`<div class="reason"><h2><a href="#signature-${index + 1}">Signature ${index + 1}</a> was rejected: ${stepTitles[failed.stage].title.toLowerCase()}</h2>${definitions(why)}</div>`;
  });
}

function warnings({ outcome }: ReportFacts): Content {
  if (outcome.status !== 'verified') return undefined;
  const failures = loggedFailures(outcome.accepted);
  if (failures.length === 0) return undefined;
  const items = failures.map(
    ({ check, error }) =>
      html`<li><strong>${stepTitles[check].title}</strong> failed, which the statement only logs: ${oneLine(error.message)}${error.hint === undefined ? undefined : html` – ${marked(error.hint)}`}</li>`,
  );
  return html`<ul class="warnings">${items}</ul>`;
}

function restText({ rest, maxSignatures }: ReportFacts): Content {
  if (rest === 'nothing') return undefined;
  if (rest === 'more')
    return html`<p>There are more signatures than the ${maxSignatures} that were looked at: <code>--max-signatures</code> says how many may be.</p>`;
  return html`<p>There may be more signatures: they could not be listed. ${oneLine(rest.message)}</p>`;
}

function offlineText({ offline }: ReportFacts): Content {
  return offline
    ? html`<p>No network was asked (<code>--offline</code>): what only the network tells about revocation is not known.</p>`
    : undefined;
}
