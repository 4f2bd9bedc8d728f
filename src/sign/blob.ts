// Signing a file: detached, the file untouched (signing and verification workflow specification, "Blob signing").
import { NotationError } from '../core/error.ts';
import { encodePayload } from '../core/payload.ts';
import { describeBlob } from '../envelope/blob.ts';
import { type ArtifactWish, withMetadata } from './artifact.ts';
import { type SealedEnvelope, type SigningPorts, sign } from './sign.ts';

export interface BlobWish extends ArtifactWish {
  /** Of the blob, as the user says it. */
  readonly mediaType: string;
}

/**
 * Checks the media type of a blob that is to be signed: `type/subtype`, with or without parameters (RFC 9110 §8.3.1).
 * @throws NotationError `REQUEST`: nobody could verify a signature without one
 */
export function checkMediaType(mediaType: string): void {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(?:;.*)?$/.test(mediaType)) return;
  const found = mediaType === '' ? 'an empty text' : JSON.stringify(mediaType.slice(0, 200));
  throw new NotationError('REQUEST', `content media-type: expected type/subtype, found ${found}`, {
    hint: 'leave --media-type out for application/octet-stream',
  });
}

/**
 * Signs a blob's digest, under the hash that goes with the key. The blob is read once and never held whole.
 * @throws NotationError `REQUEST` for a media type that is none or a reserved metadata key, and whatever signing and reading throw
 */
export async function signBlob(content: AsyncIterable<Uint8Array>, wish: BlobWish, ports: SigningPorts): Promise<SealedEnvelope> {
  checkMediaType(wish.mediaType);
  const blob = await describeBlob(content, wish.mediaType, ports.signer.algorithm.hash);
  return sign({ ...wish, payload: encodePayload(withMetadata(blob, wish.userMetadata)) }, ports);
}
