// Signing a file: detached, the file untouched (signing and verification workflow specification, "Blob signing").
import { encodePayload } from '../core/payload.ts';
import { describeBlob } from '../envelope/blob.ts';
import { type ArtifactWish, withMetadata } from './artifact.ts';
import { type SealedEnvelope, type SigningPorts, sign } from './sign.ts';

export interface BlobWish extends ArtifactWish {
  /** Of the blob, as the user says it. */
  readonly mediaType: string;
}

/**
 * Signs a blob's digest, under the hash that goes with the key. The blob is read once and never held whole.
 * @throws NotationError `REQUEST` for a reserved metadata key, and whatever signing and reading throw
 */
export async function signBlob(content: AsyncIterable<Uint8Array>, wish: BlobWish, ports: SigningPorts): Promise<SealedEnvelope> {
  const blob = await describeBlob(content, wish.mediaType, ports.signer.algorithm.hash);
  return sign({ ...wish, payload: encodePayload(withMetadata(blob, wish.userMetadata)) }, ports);
}
