// What an envelope says, for those who look: read, and not verified.
import { NotationError, toNotationError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { Descriptor, Envelope } from '../core/model.ts';
import { parsePayload, payloadMediaType } from '../core/payload.ts';
import type { StoredSignature } from '../core/ports.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import type { TimeRange } from '../x509/timestamp/info.ts';
import { codecOfMediaType } from './index.ts';

/** What a signature says. Nothing of it is verified: anybody can have written it. */
export interface InspectedEnvelope {
  readonly envelope: Envelope;
  /** Leaf first. */
  readonly certificates: readonly Certificate[];
  readonly timestamp?: InspectedTimestamp;
  /** What it says was signed; its annotations are the user's metadata. */
  readonly artifact: Descriptor;
}

/** A timestamp, or why it cannot be read. */
export type InspectedTimestamp =
  | { readonly error: NotationError }
  /** Between which moments the signature is said to have existed, and the certificates that came with the timestamp. */
  | (TimeRange & { readonly certificates: readonly Certificate[] });

/** Reads what a signature says. @throws NotationError `ENVELOPE`, `CERTIFICATE`, `REQUEST` when it cannot be read */
export async function inspectEnvelope({ mediaType, envelope: bytes }: StoredSignature): Promise<InspectedEnvelope> {
  const envelope = (await codecOfMediaType(mediaType)).parse(bytes);
  const { timestamp } = envelope.unsigned;
  return {
    envelope,
    ...(timestamp !== undefined && { timestamp: await inspectTimestamp(timestamp, envelope.signature) }),
    certificates: envelope.certificates.map((der) => parseCertificate(der)),
    artifact: artifactOf(envelope),
  };
}

/** The token need not be one that may be believed, but it must be about this signature. */
async function inspectTimestamp(bytes: Uint8Array, signature: Uint8Array): Promise<InspectedTimestamp> {
  const [{ parseTimestampToken }, { timeRangeOf }, { checkImprint }] = await Promise.all([
    import('../x509/timestamp/token.ts'),
    import('../x509/timestamp/info.ts'),
    import('../x509/timestamp/check.ts'),
  ]);
  try {
    const { info, certificates } = parseTimestampToken(bytes);
    checkImprint(info, signature);
    return { ...timeRangeOf(info), certificates };
  } catch (cause) {
    return { error: toNotationError(cause) };
  }
}

function artifactOf({ payload: { contentType, bytes } }: Envelope): Descriptor {
  if (contentType !== payloadMediaType) {
    const found = JSON.stringify(contentType.slice(0, 200));
    throw new NotationError('ENVELOPE', `signature envelope: expected a payload of type ${payloadMediaType}, found ${found}`);
  }
  return parsePayload(parseJson(bytes, 'payload'));
}
