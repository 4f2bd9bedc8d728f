// What a step found, in words: what was looked at where it passed; expected, found and what to do where it failed.
import { sentenceOf } from '../../core/error.ts';
import { textOfIdentity, textOfStore } from '../../policy/statement.ts';
import type { AnchorEvidence, EvidenceOf, Finding, PluginEvidence, TimeEvidence } from '../../verify/outcome.ts';
import { nameOf } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import type { CertificateStatus } from '../../x509/revocation/report.ts';
import { intactIn, type Judged, partsOf, statusesIn } from '../verify/verdict.ts';
import { oneLine } from '../voice/fields.ts';
import { type Content, type Html, html } from './html.ts';
import type { Step } from './steps.ts';
import { digest, moment, quoted } from './words.ts';

/** Something that is said of a step, under a label. */
export type Fact = readonly [label: string, content: Content];

export interface EvidenceWish {
  readonly signature: Judged;
  readonly steps: readonly Step[];
  readonly userMetadata: Readonly<Record<string, string>>;
}

/** What there is to know of a step. */
export function factsOf(step: Step, wish: EvidenceWish): readonly Fact[] {
  switch (step.result) {
    case 'skipped':
    case 'not reached':
      return [];
    case 'failed':
    case 'logged':
      return failureFacts(step, wish.signature);
    case 'passed':
      return passedFacts(step, wish);
  }
}

/** Why a step was not made; undefined for one that was. */
export function absenceOf({ result }: Step, steps: readonly Step[]): string | undefined {
  if (result === 'skipped') return 'Not looked at: the trust policy statement leaves it out.';
  if (result !== 'not reached') return undefined;
  const failed = steps.find((step) => step.result === 'failed');
  return failed === undefined
    ? 'Not looked at.'
    : `Not looked at: the signature was rejected before, at ${stepTitles[failed.stage].title.toLowerCase()}.`;
}

/** What each step is called, and what it asks; a step that passed says yes. */
export const stepTitles: Readonly<Record<Step['stage'], { readonly title: string; readonly asks: string }>> = {
  fetch: { title: 'Fetch', asks: 'Can the signature be had and read?' },
  integrity: { title: 'Integrity', asks: 'Is it unchanged since it was signed?' },
  'critical attributes': { title: 'Critical attributes', asks: 'Is everything understood here that the signer demands?' },
  authenticity: { title: 'Authenticity', asks: 'Did somebody sign whom the policy trusts?' },
  expiry: { title: 'Expiry', asks: 'Is it before its expiry?' },
  authenticTimestamp: { title: 'Authentic timestamp', asks: 'Were the certificates valid at the time that counts?' },
  revocation: { title: 'Revocation', asks: 'Is no certificate of the chain revoked?' },
  'verification plugin': { title: 'Verification plugin', asks: 'Can the plugin that the signature names judge it?' },
  artifact: { title: 'Artifact', asks: 'Was it made for this, and for nothing else?' },
  'user metadata': { title: 'User metadata', asks: 'Does it hold the metadata that the caller wants?' },
};

/** Why a step failed, without what its evidence shows. */
export function failureFacts({ findings, error }: Step, signature: Judged): readonly Fact[] {
  if (error === undefined) return [];
  const telling = findings.flatMap(statusesIn).filter(({ status }) => status === 'revoked' || status === 'unknown');
  const found: readonly Fact[] = telling.length === 0 ? messageFacts(error.message, signature) : revocationFacts(telling);
  return [...found, ...(error.hint === undefined ? [] : [['What to do', marked(error.hint)] as const])];
}

function messageFacts(message: string, signature: Judged): readonly Fact[] {
  const parts = partsOf(message);
  if (parts === undefined) return [['Reason', oneLine(message)]];
  const { about, expected, found } = parts;
  const [signer] = intactIn(signature)?.chain ?? [];
  const known = about === undefined || about === 'signature' || (signer !== undefined && about === nameOf(signer));
  return [...(known ? [] : [['About', about] as const]), ['Expected', expected], ['Found', found]];
}

function revocationFacts(telling: readonly CertificateStatus[]): readonly Fact[] {
  return [
    ['Expected', 'no certificate of the chain revoked'],
    ['Found', listOf(telling.map(statusContent))],
  ];
}

function passedFacts({ stage, findings }: Step, { signature, userMetadata }: EvidenceWish): readonly Fact[] {
  if (stage === 'artifact' && signature.status === 'verified') return [['Signed', digest(signature.signed.digest)]];
  if (stage === 'user metadata') return metadataFacts(userMetadata);
  return findings.flatMap((finding) => (finding.result === 'passed' ? findingFacts(finding) : []));
}

function findingFacts(finding: Finding & { readonly result: 'passed' }): readonly Fact[] {
  if ('plugin' in finding.evidence) return [pluginFact(finding.evidence)];
  switch (finding.check) {
    case 'integrity':
      return integrityFacts(finding.evidence);
    case 'authenticity':
      return 'plugin' in finding.evidence ? [] : authenticityFacts(finding.evidence);
    case 'expiry':
      return [expiryFact(finding.evidence)];
    case 'authenticTimestamp':
      return timeFacts(finding.evidence);
    case 'revocation':
      return [['Found', listOf(statusesIn(finding).map(statusContent))]];
  }
}

function pluginFact({ plugin: { name, version }, reason }: PluginEvidence): Fact {
  const said = reason === undefined ? undefined : html`: ${oneLine(reason)}`;
  return ['Judged by', html`the plugin ${quoted(name)} ${quoted(version)}${said}`];
}

function integrityFacts({ envelope }: EvidenceOf['integrity']): readonly Fact[] {
  return [['Found', html`a signature of ${envelope.algorithm.signing} that holds under the key of the signing certificate`]];
}

function authenticityFacts({ anchor, store, identity }: AnchorEvidence): readonly Fact[] {
  return [
    ['Trust store', html`${quoted(printName(anchor.subject))} is in <code>${textOfStore(store)}</code>`],
    ['Identity', identityContent(identity)],
  ];
}

function identityContent(identity: AnchorEvidence['identity']): Content {
  if (identity === undefined) return 'left to the verification plugin';
  return identity.kind === 'any' ? html`<code>*</code>: anybody below that certificate` : html`<code>${textOfIdentity(identity)}</code>`;
}

function expiryFact({ expiry }: EvidenceOf['expiry']): Fact {
  return ['Expires', expiry === undefined ? 'never' : moment(expiry)];
}

function timeFacts(evidence: TimeEvidence): readonly Fact[] {
  if (evidence.time === 'now') return [['Valid', html`now, at ${moment(evidence.at)}: no timestamp was asked for`]];
  if (evidence.time === 'authentic signing time') return [['Valid', html`at ${moment(evidence.at)}, as the signing authority says`]];
  const { earliest, latest, chain, info } = evidence.timestamp;
  const [authority] = chain;
  const range =
    earliest.getTime() === latest.getTime() ? html`at ${moment(earliest)}` : html`from ${moment(earliest)} to ${moment(latest)}`;
  return [
    ['Valid', html`${range}, when the signature was timestamped`],
    ['Authority', authority && quoted(printName(authority.subject))],
    ['Timestamp', html`serial number <code>${info.serial}</code>, policy <code>${info.policy}</code>`],
    ...(evidence.revocation === undefined
      ? []
      : [['Its revocation', listOf(evidence.revocation.certificates.map(statusContent))] as const]),
  ];
}

function metadataFacts(wanted: Readonly<Record<string, string>>): readonly Fact[] {
  const pairs = Object.entries(wanted).map(([key, value]) => html`<code>${`${key}=${value}`}</code>`);
  return [['Wanted', pairs.length === 0 ? 'nothing in particular' : listOf(pairs)]];
}

/** What is known of one certificate, who said it, and who would not say. */
function statusContent(status: CertificateStatus): Html {
  const problems = status.problems.map(
    ({ method, url, error }) => html`<li>${method} <code>${url}</code>: ${oneLine(sentenceOf(error))}</li>`,
  );
  return html`${quoted(printName(status.certificate.subject))} ${knownOf(status)}${problems.length === 0 ? undefined : html`<ul>${problems}</ul>`}`;
}

function knownOf(status: CertificateStatus): Content {
  if (status.status === 'unknown')
    return status.problems.length === 0 ? 'may be revoked: nobody tells' : 'may be revoked: nobody who was asked tells';
  if (status.status === 'not revocable')
    return status.why === 'root' ? 'cannot be revoked, as a root' : 'names nobody who could tell of a revocation';
  const { method, url, thisUpdate, nextUpdate, cached } = status.source;
  const source = html`says ${method} <code>${url}</code> from ${moment(thisUpdate)} until ${moment(nextUpdate)}${cached ? ', from the cache' : undefined}`;
  return status.status === 'good'
    ? html`is not revoked, ${source}`
    : html`<strong>was revoked</strong> ${revokedContent(status)}, ${source}`;
}

function revokedContent({ revokedAt, reason, invalidityDate }: CertificateStatus & { readonly status: 'revoked' }): Html {
  const why = reason === undefined ? undefined : html` (${reason})`;
  return html`at ${moment(revokedAt)}${why}${invalidityDate && html`, invalid since ${moment(invalidityDate)}`}`;
}

/** Several things in a list, one as it is. */
function listOf(contents: readonly Html[]): Content {
  return contents.length < 2 ? contents : html`<ul>${contents.map((one) => html`<li>${one}</li>`)}</ul>`;
}

/** What stands in backquotes is a command. */
export function marked(text: string): Content {
  return oneLine(text)
    .split('`')
    .map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece));
}
