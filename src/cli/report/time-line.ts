// What of a signature is in time: how long what is valid, and what happened when.
import type { EvidenceOf, TimeEvidence } from '../../verify/outcome.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CertificateStatus } from '../../x509/revocation/report.ts';
import { shortName } from './words.ts';

/** How long something is valid. */
export interface Bar {
  readonly kind: 'signature' | 'certificate' | 'authority';
  readonly name: string;
  readonly from: Date;
  /** Absent: without an end. */
  readonly to?: Date;
}

/** Something that happened, or will. */
export interface Mark {
  readonly kind: 'signed' | 'timestamped' | 'expires' | 'revoked' | 'now';
  readonly name: string;
  readonly at: Date;
}

export interface TimeLine {
  readonly bars: readonly Bar[];
  /** In their order in time. */
  readonly marks: readonly Mark[];
}

export interface InTime {
  readonly intact: EvidenceOf['integrity'];
  readonly time: TimeEvidence | undefined;
  readonly statuses: readonly CertificateStatus[];
  readonly now: Date;
}

/** The time line of a signature that is intact. A timestamp is on it only where it is believed. */
export function timeLineOf({ intact: { envelope, chain }, time, statuses, now }: InTime): TimeLine {
  const { scheme, signingTime, expiry } = envelope.signed;
  const witness = scheme === 'notary.x509' ? 'Signed, as the signer says' : 'Signed, as the signing authority says';
  const timestamp = time?.time === 'timestamp' ? time.timestamp : undefined;
  const marks: readonly Mark[] = [
    { kind: 'signed', name: witness, at: signingTime.at },
    ...(timestamp === undefined ? [] : [{ kind: 'timestamped', name: 'Timestamped', at: timestamp.info.genTime } as const]),
    ...(expiry === undefined ? [] : [{ kind: 'expires', name: 'Signature expires', at: expiry.at } as const]),
    ...statuses.flatMap(revocationMarks),
    { kind: 'now', name: 'Now', at: now },
  ];
  const bars: readonly Bar[] = [
    { kind: 'signature', name: 'Signature', from: signingTime.at, ...(expiry !== undefined && { to: expiry.at }) },
    ...chain.map((one) => barOf(one, 'certificate')),
    ...(timestamp?.chain ?? []).map((one) => barOf(one, 'authority')),
  ];
  return { bars, marks: marks.toSorted((one, other) => one.at.getTime() - other.at.getTime()) };
}

function barOf(certificate: Certificate, kind: Bar['kind']): Bar {
  return { kind, name: shortName(certificate), from: certificate.notBefore, to: certificate.notAfter };
}

function revocationMarks(status: CertificateStatus): readonly Mark[] {
  return status.status === 'revoked' ? [{ kind: 'revoked', name: `Revoked: ${shortName(status.certificate)}`, at: status.revokedAt }] : [];
}
