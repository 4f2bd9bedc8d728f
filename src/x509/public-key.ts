// Public keys at work: opened, named by their digest, and used to verify.
import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Algorithm } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { describeKey, keySpecOf, unusable } from './key-spec.ts';

/**
 * The key as node:crypto holds it.
 * @throws NotationError `KEY_UNUSABLE` when it is not of the six key specs or is no point of its curve.
 */
export function publicKeyOf(spki: Der, what = 'public key'): KeyObject {
  keySpecOf(spki, what);
  return openKey(spki, what);
}

/** SHA-256 of a certificate or a SubjectPublicKeyInfo, in lower-case hexadecimal. */
export function fingerprint(der: Der): string {
  return createHash('sha256').update(der).digest('hex');
}

/**
 * Whether `signature` is the key's over `message`: PSS with a salt as long as the hash for RSA, fixed-width r‖s for EC.
 * False also when the key is not of the algorithm's spec.
 * @throws NotationError `KEY_UNUSABLE` when the key is of no supported spec.
 */
export function verifySignature(spki: Der, algorithm: Algorithm, message: Uint8Array, signature: Uint8Array): boolean {
  if (keySpecOf(spki, 'public key') !== algorithm.keySpec) return false;
  if (signature.length !== signatureLength(spki)) return false;
  const key = openKey(spki, 'public key');
  const how =
    algorithm.kind === 'RSA'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.hashBytes }
      : { key, dsaEncoding: 'ieee-p1363' as const };
  return verify(algorithm.hash, message, how, signature);
}

/**
 * Hands a key that `describeKey` has judged to node:crypto.
 * @throws NotationError `KEY_UNUSABLE` when the runtime refuses it, as for a point that is not on its curve.
 */
export function openKey(spki: Der, what: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw unusable(what, 'a public key that cannot be loaded', cause);
  }
}

function signatureLength(spki: Der): number {
  const facts = describeKey(spki, 'public key');
  if (facts.kind === 'RSA') return facts.bytes;
  return facts.kind === 'EC' ? facts.bytes * 2 : 0;
}
