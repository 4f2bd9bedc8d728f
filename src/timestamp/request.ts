// TimeStampReq (RFC 3161 §2.4.1).
import { createHash, randomBytes } from 'node:crypto';
import type { HashAlgorithm } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { boolean, integer, octetString, sequence } from '../x509/asn1/der-encode.ts';
import { encodeHashAlgorithm } from '../x509/signature-algorithm.ts';

/** A request, and what the answer must repeat. */
export interface TimestampRequest {
  readonly der: Der;
  /** INTEGER contents. */
  readonly nonce: Uint8Array;
}

/**
 * Asks for a timestamp of `message`, with a new nonce, and for the authority's certificates (TSG-001, TSG-002): version 1, no policy, no
 * extensions, as the reference asks.
 * @throws NotationError `TIMESTAMP` when there is nothing to be timestamped
 */
export function makeTimestampRequest(message: Uint8Array, hash: HashAlgorithm): TimestampRequest {
  if (message.length === 0) throw new NotationError('TIMESTAMP', 'timestamp: expected a signature to be timestamped, found no bytes');
  const nonce = randomNonce();
  const imprint = sequence(encodeHashAlgorithm(hash), octetString(createHash(hash).update(message).digest()));
  return { der: sequence(integer(1), imprint, integer(nonce), boolean(true)), nonce };
}

/** A positive INTEGER of 20 bytes, as the reference sends; the second bit is set so that it is minimal without looking. */
function randomNonce(): Uint8Array {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
