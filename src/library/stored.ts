// Signatures that are read: of a blob, from its file or as values; and how many of an artifact.
import { NotationError } from '../core/error.ts';
import type { StoredSignature } from '../core/ports.ts';
import { formatOfFile, mediaTypeOf } from '../envelope/index.ts';
import type { Host } from './host.ts';
import type { BlobSignature, SignedBlob } from './source.ts';

/** How many signatures of an artifact are looked at where nobody says. */
export const usualMaximum = 100;

/** @throws NotationError `REQUEST` for what is no number of signatures */
export function checkCount(maxSignatures: number): void {
  if (!Number.isSafeInteger(maxSignatures) || maxSignatures < 1)
    throw wrong('maxSignatures', 'a whole number, one at least', maxSignatures);
}

/** The signature of a blob, from its file where it is a path. @throws NotationError `FILE`, `REQUEST` for a name that does not tell the format */
export async function storedOf(signature: SignedBlob['signature'], { files }: Host): Promise<StoredSignature> {
  if (typeof signature !== 'string') return checkSignature(signature);
  const format = formatOfFile(signature);
  if (format === undefined) throw wrong('signature', 'the path of a .jws.sig or .cose.sig file', signature);
  const { envelopeLimit } = await import('../registry/manifest.ts');
  return { mediaType: mediaTypeOf(format), envelope: await files.read(signature, 'signature file', envelopeLimit) };
}

function checkSignature(signature: BlobSignature): BlobSignature {
  if (signature?.envelope instanceof Uint8Array && typeof signature.mediaType === 'string') return signature;
  throw new NotationError('REQUEST', 'signature: expected a path, or a media type and the bytes of an envelope, found neither');
}

function wrong(what: string, expected: string, found: unknown): NotationError {
  return new NotationError('REQUEST', `${what}: expected ${expected}, found ${JSON.stringify(found)}`);
}
