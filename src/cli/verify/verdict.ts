// Questions about what verification found, which its text and its JSON both answer.
import type { Accepted, EvidenceOf, Finding, Rejected } from '../../verify/outcome.ts';
import type { CertificateStatus } from '../../x509/revocation/report.ts';
import { oneLine } from '../voice/fields.ts';

/** A signature of an artifact, by its manifest's digest, or of a blob. */
export type Judged = (Rejected | Accepted) & { readonly digest?: string };
export type Failure = Finding & { readonly result: 'failed' };

/** The check that rejected a signature; undefined when it failed at something else, as at being of this artifact. */
export function rejectingCheck({ stage, findings }: Rejected): Failure | undefined {
  return findings.filter(isFailure).find(({ check, action }) => check === stage && action === 'enforce');
}

/** What failed and is only to be told. */
export function loggedFailures({ findings }: Pick<Judged, 'findings'>): readonly Failure[] {
  return findings.filter(isFailure).filter(({ action }) => action === 'log');
}

function isFailure(finding: Finding): finding is Failure {
  return finding.result === 'failed';
}

/** The envelope and its chain; undefined when they are not known to be what was signed. */
export function intactIn({ findings }: Pick<Judged, 'findings'>): EvidenceOf['integrity'] | undefined {
  const finding = findings.find(({ check }) => check === 'integrity');
  return finding?.check === 'integrity' && finding.result === 'passed' ? finding.evidence : undefined;
}

/** What a check found of revocation: of the chain's certificates, or of a timestamp authority's. */
export function statusesIn(finding: Finding): readonly CertificateStatus[] {
  if (finding.result === 'skipped' || finding.evidence === undefined) return [];
  if (finding.check === 'revocation') return 'plugin' in finding.evidence ? [] : finding.evidence.certificates;
  if (finding.check !== 'authenticTimestamp' || finding.evidence.time !== 'timestamp') return [];
  return finding.evidence.revocation?.certificates ?? [];
}

/** `2026-11-23T21:20:26Z`, with milliseconds where there are some. */
export function timeText(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

/** What a message of the form `WHAT: expected THIS, found THAT` says; undefined for another one. */
export function partsOf(message: string): { readonly about?: string; readonly expected: string; readonly found: string } | undefined {
  const [, about, expected, found] = /^(?:(.*?): )?expected (.*?), found (.*)$/.exec(oneLine(message)) ?? [];
  if (expected === undefined || found === undefined) return undefined;
  return { ...(about !== undefined && { about }), expected, found };
}
