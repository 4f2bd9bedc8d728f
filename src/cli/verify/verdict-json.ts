// What verification found, as JSON: the verdict, and the evidence for each check of each signature.
import type { NotationError } from '../../core/error.ts';
import { sortedByName } from '../../core/go-json.ts';
import { type Demands, textOfIdentity, textOfStore } from '../../policy/statement.ts';
import type { AnchorEvidence, EvidenceOf, Finding, Outcome, TimeEvidence } from '../../verify/outcome.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import type { CertificateStatus, RevocationReport, RevocationSource } from '../../x509/revocation/report.ts';
import { errorJson } from '../artifact/reference-batch.ts';
import { intactIn, type Judged, partsOf, timeText } from './verdict.ts';

/** Everything that was found, for `--output json`. Signatures are in the order in which they were tried; the one that passed is the last. */
export function outcomeJson(outcome: Outcome<{ readonly digest?: string }>): object {
  const statement = statementJson(outcome.statement);
  if (outcome.status === 'skipped') return { status: 'skipped', statement };
  const rejected = outcome.rejected.map(signatureJson);
  if (outcome.status === 'verified') return { status: 'verified', statement, signatures: [...rejected, signatureJson(outcome.accepted)] };
  return { status: 'rejected', reason: outcome.reason, statement, signatures: rejected };
}

function statementJson({ name, level, actions, verifyTimestamp, trustStores, trustedIdentities }: Demands): object {
  return {
    name,
    level,
    actions,
    verifyTimestamp,
    trustStores: trustStores.map(textOfStore),
    trustedIdentities: trustedIdentities.map(textOfIdentity),
  };
}

function signatureJson(signature: Judged): object {
  return {
    ...(signature.digest !== undefined && { digest: signature.digest }),
    status: signature.status,
    ...(signature.status === 'rejected' && { failedAt: signature.stage, ...reasonJson(signature.error) }),
    ...intactJson(intactIn(signature)),
    ...(signature.status === 'verified' && signedJson(signature)),
    checks: signature.findings.map(findingJson),
  };
}

/** What the envelope says, once its signature is known to hold. */
function intactJson(intact: EvidenceOf['integrity'] | undefined): object {
  if (intact === undefined) return {};
  const { mediaType, algorithm, signed, unsigned } = intact.envelope;
  return {
    mediaType,
    algorithm: algorithm.signing,
    signingScheme: signed.scheme,
    signingTime: timeText(signed.signingTime.at),
    ...(signed.expiry !== undefined && { expiry: timeText(signed.expiry.at) }),
    ...(unsigned.signingAgent !== undefined && { signingAgent: unsigned.signingAgent }),
    certificates: intact.chain.map(certificateJson),
  };
}

function signedJson({ signed: { mediaType, digest, size, annotations = {} } }: Judged & { readonly status: 'verified' }): object {
  return { signedArtifact: { mediaType, digest, size }, userMetadata: sortedByName(annotations) };
}

function findingJson(finding: Finding): object {
  const { check, action, result } = finding;
  if (finding.result === 'skipped') return { check, action, result };
  const evidence = evidenceJson(finding);
  return {
    check,
    action,
    result,
    ...(finding.result === 'failed' && reasonJson(finding.error)),
    ...(evidence !== undefined && { evidence }),
  };
}

/** An error, and what of it was expected and found, where it says so. */
function reasonJson(error: NotationError): object {
  const { expected, found } = partsOf(error.message) ?? {};
  return { ...errorJson(error), ...(expected !== undefined && { expected, found }) };
}

/** Nothing for integrity, whose evidence is the signature's own members. */
function evidenceJson(finding: Finding & { readonly result: 'passed' | 'failed' }): object | undefined {
  if (finding.evidence === undefined) return undefined;
  if ('plugin' in finding.evidence) return finding.evidence;
  if ('anchor' in finding.evidence) return authenticityJson(finding.evidence);
  if (finding.check === 'expiry') return expiryJson(finding.evidence);
  if (finding.check === 'authenticTimestamp') return timeJson(finding.evidence);
  return 'certificates' in finding.evidence ? revocationJson(finding.evidence) : undefined;
}

function authenticityJson({ anchor, store, identity }: AnchorEvidence): object {
  const trustedIdentity = identity === undefined ? {} : { trustedIdentity: textOfIdentity(identity) };
  return { trustStore: textOfStore(store), anchor: certificateJson(anchor), ...trustedIdentity };
}

function expiryJson({ now, expiry }: EvidenceOf['expiry']): object {
  return { now: timeText(now), expiry: expiry === undefined ? null : timeText(expiry) };
}

function timeJson(evidence: TimeEvidence): object {
  if (evidence.time !== 'timestamp') return { time: evidence.time, at: timeText(evidence.at) };
  const { info, earliest, latest, chain } = evidence.timestamp;
  return {
    time: evidence.time,
    earliest: timeText(earliest),
    latest: timeText(latest),
    policy: info.policy,
    serial: info.serial,
    certificates: chain.map(certificateJson),
    ...(evidence.revocation !== undefined && { revocation: revocationJson(evidence.revocation) }),
  };
}

function revocationJson({ verdict, certificates }: RevocationReport): object {
  return { verdict, certificates: certificates.map(statusJson) };
}

function statusJson(status: CertificateStatus): object {
  const { certificate, problems } = status;
  return {
    subject: printName(certificate.subject),
    sha256: fingerprint(certificate.der),
    status: status.status,
    ...(status.status === 'not revocable' && { why: status.why }),
    ...('source' in status && sourceJson(status.source)),
    ...(status.status === 'revoked' && revokedJson(status)),
    ...(problems.length > 0 && { problems: problems.map(({ method, url, error }) => ({ method, url, ...errorJson(error) })) }),
  };
}

function sourceJson({ method, url, thisUpdate, nextUpdate, cached }: RevocationSource): object {
  return { method, url, thisUpdate: timeText(thisUpdate), nextUpdate: timeText(nextUpdate), cached };
}

function revokedJson({ revokedAt, reason, invalidityDate }: CertificateStatus & { readonly status: 'revoked' }): object {
  return {
    revokedAt: timeText(revokedAt),
    ...(reason !== undefined && { reason }),
    ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
  };
}

function certificateJson({ subject, issuer, serial, notBefore, notAfter, der }: Certificate): object {
  return {
    subject: printName(subject),
    issuer: printName(issuer),
    serial,
    sha256: fingerprint(der),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
  };
}
