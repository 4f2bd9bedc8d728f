import type { Algorithm } from '../core/algorithm.ts';
import type { Envelope, EnvelopeMediaType, ExtendedAttribute, SigningScheme, UnsignedAttributes } from '../core/model.ts';
import type { Signature } from '../core/ports.ts';

/** What an envelope will say once it is signed. */
export interface Draft {
  /** The payload's JSON, in UTF-8. */
  readonly payload: Uint8Array;
  readonly scheme: SigningScheme;
  /** Fractions of a second are dropped, here and in `expiry`. */
  readonly signingTime: Date;
  readonly expiry?: Date;
  readonly extended?: readonly ExtendedAttribute[];
  readonly algorithm: Algorithm;
}

/** An envelope that waits for its signature. */
export interface Prepared {
  /** The bytes to sign. */
  readonly message: Uint8Array;
  /** The whole envelope. @throws NotationError `ENVELOPE` when the signature's length or the certificates cannot be */
  seal(signature: Signature, unsigned: UnsignedAttributes): Uint8Array;
}

/** One encoding of envelopes. Pure: it never sees a key, a clock or a socket. */
export interface EnvelopeCodec {
  readonly mediaType: EnvelopeMediaType;
  /** @throws NotationError `ENVELOPE` when the draft contradicts itself: an expiry not after the signing time, a reserved attribute name … */
  prepare(draft: Draft): Prepared;
  /** Reads an envelope strictly. @throws NotationError `ENVELOPE`, with what was expected and found */
  parse(bytes: Uint8Array): Envelope;
}
