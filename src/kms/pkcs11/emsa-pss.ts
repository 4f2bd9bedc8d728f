import { createHash, randomBytes } from 'node:crypto';
import type { Algorithm } from '../../core/algorithm.ts';

/**
 * EMSA-PSS-ENCODE with MGF1 of the same hash and a salt as long as the hash (RFC 8017 §9.1.1), for tokens that know raw RSA alone.
 * @param salt as long as the hash; random unless a test says it
 * @returns as many bytes as the modulus has
 */
export function encodePss(digest: Uint8Array, { bits, hash, hashBytes }: Algorithm, salt: Uint8Array = randomBytes(hashBytes)): Uint8Array {
  const length = bits / 8;
  const seal = createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest();
  const block = Buffer.alloc(length - hashBytes - 1);
  block[block.length - hashBytes - 1] = 1;
  block.set(salt, block.length - hashBytes);
  const mask = maskOf(seal, block.length, hash);
  const masked = block.map((byte, index) => byte ^ (mask[index] ?? 0));
  // The modulus has one bit more than the encoded message (§8.1.1: emBits = modBits - 1).
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, seal, Uint8Array.of(0xbc)]);
}

// MGF1, RFC 8017 appendix B.2.1.
function maskOf(seed: Uint8Array, length: number, hash: string): Uint8Array {
  const counter = Buffer.alloc(4);
  const blocks = Array.from({ length: Math.ceil(length / seed.length) }, (_, index) => {
    counter.writeUInt32BE(index);
    return createHash(hash).update(seed).update(counter).digest();
  });
  return Buffer.concat(blocks).subarray(0, length);
}
