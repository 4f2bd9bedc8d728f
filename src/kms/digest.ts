import type { Algorithm } from '../core/algorithm.ts';

/** The digest of a message, under the hash that goes with the algorithm: what key services sign. */
export async function digestOf(message: Uint8Array, { hash }: Algorithm): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto');
  return createHash(hash).update(message).digest();
}
