// What verification found, for people: notation's own lines, and why a signature was rejected, which notation does not say.
import { sentenceOf } from '../../core/error.ts';
import { type Demands, textOfIdentity, textOfStore } from '../../policy/statement.ts';
import type { Accepted, Finding, Outcome, PluginEvidence, Rejected, TimeEvidence } from '../../verify/outcome.ts';
import { nameOf } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import type { CertificateStatus } from '../../x509/revocation/report.ts';
import { oneLine, printable, printFields } from '../voice/fields.ts';
import { byName } from '../voice/go-format.ts';
import { printTable } from '../voice/table.ts';
import { intactIn, type Judged, loggedFailures, partsOf, rejectingCheck, statusesIn, timeText } from './verdict.ts';

type Fields = readonly (readonly [label: string, text: string])[];

/** The lines of success, as notation writes them but for the order of metadata. @param name what was verified: `repository@digest`, or a path */
export function successText(name: string, outcome: Outcome & { readonly status: 'skipped' | 'verified' }): string {
  if (outcome.status === 'skipped') return `Trust policy is configured to skip signature verification for ${printable(name)}\n`;
  return `Successfully verified signature for ${printable(name)}\n${metadataText(outcome.accepted.signed.annotations ?? {})}`;
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  const rows = Object.entries(metadata).toSorted(byName);
  if (rows.length === 0) return '';
  return `\nThe artifact was signed with the following user metadata.\n\n${printTable([['KEY', 'VALUE'], ...rows])}`;
}

/** notation's warnings of checks that failed and are only to be told. */
export function warningTexts(signature: Accepted): readonly string[] {
  return loggedFailures(signature).map(({ check, error }) => `${check} was set to "log" and failed with error: ${sentenceOf(error)}`);
}

/** Why a signature was rejected. @param whole whether to tell what it passed, too */
export function rejectionText(signature: Rejected & { readonly digest?: string }, { name, level }: Demands, whole: boolean): string {
  const finding = rejectingCheck(signature);
  const others = whole ? signature.findings.filter((one) => one !== finding).map(findingField) : [];
  const policy: Fields = finding ? [['policy', `statement ${JSON.stringify(name)} of level ${level} enforces ${finding.check}`]] : [];
  const fields = [...signerFields(signature), ...others, ...reasonFields(signature, finding), ...policy];
  return `${titleOf(signature)} was rejected: ${signature.stage}\n${printFields(fields, '  ')}`;
}

/** What a signature passed. */
export function acceptanceText(signature: Accepted & { readonly digest?: string }, { name, level }: Demands): string {
  const policy: Fields = [['policy', `statement ${JSON.stringify(name)} of level ${level}`]];
  const fields = [...signerFields(signature), ...signature.findings.map(findingField), ...policy];
  return `${titleOf(signature)} was verified\n${printFields(fields, '  ')}`;
}

function titleOf({ digest }: Judged): string {
  return digest === undefined ? 'The signature' : `Signature ${printable(digest)}`;
}

/** Who signed, once the signature is known to be that certificate's. */
function signerFields(signature: Judged): Fields {
  const intact = intactIn(signature);
  const [signer] = intact?.chain ?? [];
  if (intact === undefined || signer === undefined) return [];
  const { scheme, signingTime } = intact.envelope.signed;
  return [
    ['signed by', `${printName(signer.subject)} (SHA-256 ${fingerprint(signer.der)})`],
    ['signed at', `${timeText(signingTime.at)}, as the ${scheme === 'notary.x509' ? 'signer' : 'signing authority'} says`],
  ];
}

function reasonFields(signature: Rejected, finding: Finding | undefined): Fields {
  const { hint } = signature.error;
  const next: Fields = hint === undefined ? [] : [['what to do', oneLine(hint)]];
  const telling = finding === undefined ? [] : statusesIn(finding).filter(({ status }) => status === 'revoked' || status === 'unknown');
  return [...(telling.length === 0 ? messageFields(signature) : revocationFields(telling)), ...next];
}

function revocationFields(statuses: readonly CertificateStatus[]): Fields {
  return [['expected', 'no certificate of the chain revoked'], ...statuses.map((status) => ['found', statusText(status)] as const)];
}

/** On lines of their own, what was expected and what was found are easier to compare. */
function messageFields(signature: Rejected): Fields {
  const parts = partsOf(signature.error.message);
  if (parts === undefined) return [['reason', oneLine(signature.error.message)]];
  const { about, expected, found } = parts;
  const known = about === undefined || about === 'signature' || isSigner(about, signature);
  return [...(known ? [] : [['about', about] as const]), ['expected', expected], ['found', found]];
}

function isSigner(about: string, signature: Rejected): boolean {
  const [signer] = intactIn(signature)?.chain ?? [];
  return signer !== undefined && about === nameOf(signer);
}

/** What is known of one certificate, and who said it or would not. */
function statusText(status: CertificateStatus): string {
  const problems = status.problems.map(({ method, url, error }) => `${method} ${url}: ${oneLine(sentenceOf(error))}`);
  return [`${printName(status.certificate.subject)} ${knownOf(status)}`, ...problems].join('; ');
}

function knownOf(status: CertificateStatus): string {
  if (status.status === 'unknown') return status.problems.length === 0 ? 'may be revoked: nobody tells' : 'may be revoked';
  if (status.status === 'not revocable')
    return status.why === 'root' ? 'cannot be revoked, as a root' : 'names nobody who could tell of a revocation';
  const { method, url, thisUpdate, nextUpdate, cached } = status.source;
  const source = `says ${method} ${url} from ${timeText(thisUpdate)} until ${timeText(nextUpdate)}${cached ? ', from the cache' : ''}`;
  return status.status === 'good' ? `is not revoked, ${source}` : `was revoked ${revokedText(status)}, ${source}`;
}

function revokedText({ revokedAt, reason, invalidityDate }: CertificateStatus & { readonly status: 'revoked' }): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `at ${timeText(revokedAt)}${why}${invalidityDate === undefined ? '' : `, invalid since ${timeText(invalidityDate)}`}`;
}

function findingField(finding: Finding): readonly [string, string] {
  const { check } = finding;
  if (finding.result === 'skipped') return [check, 'left out, as the statement wants it'];
  if (finding.result === 'passed') return [check, passedText(finding)];
  return [check, `failed${finding.action === 'log' ? ', and is only logged' : ''}: ${oneLine(sentenceOf(finding.error))}`];
}

function passedText(finding: Finding & { readonly result: 'passed' }): string {
  switch (finding.check) {
    case 'integrity':
      return `${finding.evidence.envelope.algorithm.signing}, ${finding.evidence.envelope.mediaType}`;
    case 'authenticity': {
      if ('plugin' in finding.evidence) return pluginText(finding.evidence);
      const { anchor, store, identity } = finding.evidence;
      const who = identity === undefined ? 'left to the plugin' : textOfIdentity(identity);
      return `${printName(anchor.subject)} is in ${textOfStore(store)}; trusted identity ${who}`;
    }
    case 'expiry':
      return finding.evidence.expiry === undefined ? 'never' : timeText(finding.evidence.expiry);
    case 'authenticTimestamp':
      return `certificates are valid ${timeEvidenceText(finding.evidence)}`;
    case 'revocation':
      return 'plugin' in finding.evidence ? pluginText(finding.evidence) : finding.evidence.certificates.map(statusText).join('; ');
  }
}

function pluginText({ plugin: { name, version }, reason }: PluginEvidence): string {
  return `as the plugin ${name} ${version} says${reason === undefined ? '' : `: ${oneLine(reason)}`}`;
}

function timeEvidenceText(evidence: TimeEvidence): string {
  if (evidence.time === 'now') return `now, at ${timeText(evidence.at)}`;
  if (evidence.time === 'authentic signing time') return `at ${timeText(evidence.at)}, as the signing authority says`;
  const { earliest, latest, chain } = evidence.timestamp;
  return `from ${timeText(earliest)} to ${timeText(latest)}, as ${chain.slice(0, 1).map(({ subject }) => printName(subject))} witnesses`;
}
