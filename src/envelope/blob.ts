// What an envelope says of a blob (signature specification, "Payload").
import { createHash } from 'node:crypto';
import type { HashAlgorithm } from '../core/algorithm.ts';
import type { Descriptor } from '../core/model.ts';

/** Digest and size of a blob under the hash that goes with a signing key. The blob is read once and never held whole. */
export async function describeBlob(content: AsyncIterable<Uint8Array>, mediaType: string, hash: HashAlgorithm): Promise<Descriptor> {
  const algorithm = hash.replace('-', '').toLowerCase();
  const digest = createHash(algorithm);
  let size = 0;
  for await (const chunk of content) {
    digest.update(chunk);
    size += chunk.length;
  }
  return { mediaType, digest: `${algorithm}:${digest.digest('hex')}`, size };
}
