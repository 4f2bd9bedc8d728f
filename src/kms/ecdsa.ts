import type { Algorithm } from '../core/algorithm.ts';
import { padLeft } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { readSequence } from '../x509/asn1/der.ts';

/**
 * An ECDSA signature from DER (SEQUENCE of INTEGER r and s, RFC 3279 §2.2.3) to r‖s, each as wide as the curve's field.
 * The one place that knows both forms.
 * @throws NotationError `UNAVAILABLE` for all that is not DER of two positive integers of at most that width: BER, padding, bytes left over.
 */
export function toFixedWidth(der: Uint8Array, algorithm: Algorithm, what: string): Uint8Array {
  const width = Math.ceil(algorithm.bits / 8);
  try {
    return readSequence(der, what, (fields) => Buffer.concat([padded(fields.integer(), width), padded(fields.integer(), width)]));
  } catch (cause) {
    throw new NotationError('UNAVAILABLE', `${what}: expected an ECDSA signature of ${algorithm.keySpec} in DER, found something else`, {
      cause,
    });
  }
}

/** The integer without the zero byte that keeps it positive, filled up with zeros on the left. */
function padded(integer: Uint8Array, width: number): Uint8Array {
  const magnitude = integer[0] === 0 ? integer.subarray(1) : integer;
  if ((integer[0] ?? 0x80) >= 0x80 || magnitude.length === 0 || magnitude.length > width)
    throw new RangeError('no coordinate of this curve');
  return padLeft(magnitude, width);
}
