import type { Algorithm } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
import type { Signature } from '../core/ports.ts';
import type { Certificate } from './certificate.ts';
import { verifySignature } from './public-key.ts';

/**
 * A signature that somebody else just made, once it verifies under its leaf: PSS (salt = hash length) for RSA, fixed-width r‖s for EC. That one
 * public-key operation turns every mismatched certificate, wrong key version, DER slip or salt slip into one clear error.
 * @param chain leaf first
 * @throws NotationError `KEY_MISMATCH`, `KEY_UNUSABLE`
 */
export function checkFreshSignature(
  chain: readonly Certificate[],
  algorithm: Algorithm,
  message: Uint8Array,
  bytes: Uint8Array,
): Signature {
  const [leaf] = chain;
  if (leaf !== undefined && verifySignature(leaf.publicKeyInfo, algorithm, message, bytes)) {
    return { bytes, certificates: chain.map(({ der }) => der) };
  }
  throw new NotationError('KEY_MISMATCH', `the signature does not verify as ${algorithm.signing} under the leaf certificate`, {
    hint: 'the certificate belongs to another key or key version, or the backend signs in another form',
  });
}
