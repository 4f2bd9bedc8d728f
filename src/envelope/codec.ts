import type { Algorithm } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
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

/** notation reads no signature of more bytes. */
const limit = 32 * 1024 * 1024;

/** What an envelope breaks. */
export function malformed(what: string, problem: string, cause?: unknown): NotationError {
  return new NotationError('ENVELOPE', `${what}: ${problem}`, { cause });
}

/** @throws NotationError `ENVELOPE` when there are more bytes than any envelope has, or none. */
export function checkSize(bytes: Uint8Array, what: string): void {
  if (bytes.length === 0) throw malformed(what, 'expected a signature envelope, found nothing');
  if (bytes.length > limit) throw malformed(what, `expected at most ${limit} bytes, found ${bytes.length}`);
}

/** No chain is that long; each certificate costs its reader a public-key operation. */
const mostCertificates = 100;

/** @throws NotationError `ENVELOPE` when there is no certificate, or more than any chain has. */
export function checkCertificateCount(count: number, what: string): void {
  if (count === 0) throw malformed(what, 'expected the certificate chain, found an empty one');
  if (count > mostCertificates) throw malformed(what, `expected at most ${mostCertificates} certificates, found ${count}`);
}
