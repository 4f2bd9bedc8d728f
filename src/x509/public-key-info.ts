// SubjectPublicKeyInfo written: RSA (RFC 3279 §2.3.1) and EC (RFC 5480 §2).
import type { Der } from '../core/bytes.ts';
import { bitString, integer, nullValue, oid, sequence } from './asn1/der-encode.ts';

/** @param modulus and `exponent`: big-endian, unsigned */
export function rsaPublicKeyInfo(modulus: Uint8Array, exponent: Uint8Array): Der {
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(sequence(integer(modulus), integer(exponent))));
}

/** @param curve its parameters in DER, as a named curve's OBJECT IDENTIFIER; @param point uncompressed: 0x04, x, y */
export function ecPublicKeyInfo(curve: Der, point: Uint8Array): Der {
  return sequence(sequence(oid('1.2.840.10045.2.1'), curve), bitString(point));
}
