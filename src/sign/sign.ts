// The workflow of one signature: prepare, sign, have it witnessed, seal, and read the result once more.
import type { Der } from '../core/bytes.ts';
import type { EnvelopeMediaType, ExtendedAttribute } from '../core/model.ts';
import type { Clock, Signer, Timestamper } from '../core/ports.ts';
import type { EnvelopeCodec } from '../envelope/codec.ts';
import { checkSealed } from '../envelope/integrity.ts';

/** Who signs, and who witnesses. */
export interface SigningPorts {
  readonly signer: Signer;
  /** Asked only when there is one: notation stamps only what it is asked to. */
  readonly timestamper?: Timestamper;
  readonly now: Clock;
  /** What the envelope says made it: `name/version`. */
  readonly agent: string;
}

/** What is to be signed, and how. */
export interface SigningWish {
  /** The payload's JSON, in UTF-8; it is signed byte for byte. */
  readonly payload: Uint8Array;
  readonly codec: EnvelopeCodec;
  /** Whole seconds that the signature is good for; for ever when absent. */
  readonly expirySeconds?: number;
  /** Signed beside what the specification names; none when absent. */
  readonly extended?: readonly ExtendedAttribute[];
}

export interface SealedEnvelope {
  readonly mediaType: EnvelopeMediaType;
  readonly envelope: Uint8Array;
  /** Leaf first. */
  readonly certificates: readonly Der[];
  readonly signingTime: Date;
  /** What the signature manifest is to say besides what it always does; nothing when absent. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Makes one envelope under the scheme notary.x509 (signing and verification workflow specification, "Signing Steps"). Nothing leaves
 * that a verifier would not take back: the finished envelope is parsed and its integrity checked, its chain at the signing time.
 * @throws NotationError `ENVELOPE`, `TIMESTAMP`, and whatever the signer and the timestamper throw
 */
export async function sign(wish: SigningWish, { signer, timestamper, now, agent }: SigningPorts): Promise<SealedEnvelope> {
  const { payload, codec, expirySeconds, extended = [] } = wish;
  const signingTime = wholeSeconds(now());
  const expiry = expirySeconds === undefined ? {} : { expiry: new Date(signingTime.getTime() + expirySeconds * 1000) };
  const { algorithm } = signer;
  const prepared = codec.prepare({ payload, scheme: 'notary.x509', signingTime, ...expiry, extended, algorithm });
  const signature = await signer.sign(prepared.message);
  const timestamp = await timestamper?.stamp(signature.bytes, algorithm.hash);
  const envelope = prepared.seal(signature, { signingAgent: agent, ...(timestamp !== undefined && { timestamp }) });
  checkSealed(codec, envelope);
  return { mediaType: codec.mediaType, envelope, certificates: signature.certificates, signingTime };
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
