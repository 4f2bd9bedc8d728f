// What `inspect` shows of an envelope: read, and not verified.
import { NotationError, sentenceOf, toNotationError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { Descriptor, Envelope, StatedTime } from '../../core/model.ts';
import { parsePayload, payloadMediaType } from '../../core/payload.ts';
import type { StoredSignature } from '../../core/ports.ts';
import { codecOfMediaType } from '../../envelope/index.ts';
import { type Certificate, parseCertificate } from '../../x509/certificate.ts';
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
export async function inspectSignature(digest: string, { mediaType, envelope: bytes }: StoredSignature): Promise<Inspection> {
  const envelope = (await codecOfMediaType(mediaType)).parse(bytes);
  const { signingAgent, timestamp } = envelope.unsigned;
  return {
    digest,
    mediaType,
    algorithm: envelope.algorithm.signing,
    signed: signedAttributes(envelope),
    ...(signingAgent !== undefined && signingAgent !== '' && { agent: signingAgent }),
    ...(timestamp !== undefined && { timestamp: await inspectTimestamp(timestamp, envelope.signature) }),
    certificates: envelope.certificates.map((der) => inspectCertificate(parseCertificate(der))),
    artifact: artifactOf(envelope),
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

/** The token need not be one that may be believed, but it must be about this signature. */
async function inspectTimestamp(bytes: Uint8Array, signature: Uint8Array): Promise<InspectedTimestamp> {
  const [{ parseTimestampToken }, { timeRangeOf }, { checkImprint }] = await Promise.all([
    import('../../x509/timestamp/token.ts'),
    import('../../x509/timestamp/info.ts'),
    import('../../x509/timestamp/check.ts'),
  ]);
  try {
    const { info, certificates } = parseTimestampToken(bytes);
    checkImprint(info, signature);
    const { earliest, latest } = timeRangeOf(info);
    return { from: inUtc(earliest), to: inUtc(latest), certificates: certificates.map(inspectCertificate) };
  } catch (cause) {
    return { error: `failed to parse timestamp countersignature: ${sentenceOf(toNotationError(cause))}` };
  }
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

function artifactOf({ payload: { contentType, bytes } }: Envelope): Descriptor {
  if (contentType !== payloadMediaType) {
    const found = JSON.stringify(contentType.slice(0, 200));
    throw new NotationError('ENVELOPE', `signature envelope: expected a payload of type ${payloadMediaType}, found ${found}`);
  }
  return parsePayload(parseJson(bytes, 'payload'));
}
