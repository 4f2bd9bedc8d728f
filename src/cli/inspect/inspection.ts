// What `inspect` shows of an envelope: read, and not verified.
import { sentenceOf } from '../../core/error.ts';
import type { Descriptor, Envelope, StatedTime } from '../../core/model.ts';
import type { StoredSignature } from '../../core/ports.ts';
import { inspectEnvelope, type InspectedTimestamp as ReadTimestamp } from '../../envelope/inspection.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import { byName, goText } from '../voice/go-format.ts';

export interface Inspection {
  /** Of the signature manifest. */
  readonly digest: string;
  readonly mediaType: string;
  readonly algorithm: string;
  /** In the order in which they are shown. */
  readonly signed: readonly (readonly [name: string, value: string | StatedTime])[];
  readonly agent?: string;
  readonly timestamp?: InspectedTimestamp;
  /** Leaf first. */
  readonly certificates: readonly InspectedCertificate[];
  /** With the user's metadata, where there is any. */
  readonly artifact: Descriptor;
}

export interface InspectedCertificate {
  /** SHA-256 in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly issuedTo: string;
  readonly issuedBy: string;
  readonly expiry: StatedTime;
}

/** A timestamp, or why it cannot be shown. */
export type InspectedTimestamp =
  | { readonly error: string }
  | { readonly from: StatedTime; readonly to: StatedTime; readonly certificates: readonly InspectedCertificate[] };

/** Reads what a signature says. @throws NotationError `ENVELOPE`, `CERTIFICATE`, `REQUEST` when it cannot be read */
export async function inspectSignature(digest: string, stored: StoredSignature): Promise<Inspection> {
  const { envelope, certificates, timestamp, artifact } = await inspectEnvelope(stored);
  const { signingAgent } = envelope.unsigned;
  return {
    digest,
    mediaType: stored.mediaType,
    algorithm: envelope.algorithm.signing,
    signed: signedAttributes(envelope),
    ...(signingAgent !== undefined && signingAgent !== '' && { agent: signingAgent }),
    ...(timestamp !== undefined && { timestamp: inspectTimestamp(timestamp) }),
    certificates: certificates.map(inspectCertificate),
    artifact,
  };
}

function signedAttributes({ signed, mediaType }: Envelope): Inspection['signed'] {
  const source = mediaType === 'application/cose' ? 'cbor' : 'json';
  const extended = signed.extended.map(({ key, value }) => [String(key), goText(value, source)] as const);
  return [
    ['signingScheme', signed.scheme],
    ['signingTime', signed.signingTime],
    ...(signed.expiry === undefined ? [] : [['expiry', signed.expiry] as const]),
    ...extended.toSorted(byName),
  ];
}

function inspectTimestamp(timestamp: ReadTimestamp): InspectedTimestamp {
  if ('error' in timestamp) return { error: `failed to parse timestamp countersignature: ${sentenceOf(timestamp.error)}` };
  const { earliest, latest, certificates } = timestamp;
  return { from: inUtc(earliest), to: inUtc(latest), certificates: certificates.map(inspectCertificate) };
}

function inUtc(at: Date): StatedTime {
  return { at, offsetMinutes: 0 };
}

function inspectCertificate({ der, subject, issuer, notAfter }: Certificate): InspectedCertificate {
  return {
    fingerprint: fingerprint(der),
    issuedTo: printName(subject),
    issuedBy: printName(issuer),
    expiry: inUtc(notAfter),
  };
}
