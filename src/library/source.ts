// What is signed and verified: artifacts in registries and in OCI layouts, and blobs.
import { eachUntilAborted } from '../core/abort.ts';
import { NotationError } from '../core/error.ts';
import type { EnvelopeMediaType } from '../core/model.ts';

/** An artifact in a registry. */
export interface RegistryArtifact {
  /** `registry/repository@digest`, or `registry/repository:tag`, which may stand for something else a moment later. */
  readonly reference: string;
}

/** An artifact in an OCI layout. */
export interface LayoutArtifact {
  /** Path of the layout's folder. */
  readonly layout: string;
  /** `sha256:…`, or a tag. */
  readonly tagOrDigest: string;
}

/** An artifact in an OCI layout that is a copy of a repository. */
export interface ScopedLayoutArtifact extends LayoutArtifact {
  /** The repository, `registry/repository`, whose trust policy statement applies: a layout does not say what it is a copy of. */
  readonly scope: string;
}

/** Where an artifact is. */
export type Artifact = RegistryArtifact | LayoutArtifact;

/** The same, with all that choosing a trust policy statement needs. */
export type ScopedArtifact = RegistryArtifact | ScopedLayoutArtifact;

/**
 * What a blob holds: the path of a file, bytes, or a stream of them, as of `fs.createReadStream`, a `Response`'s body or an async generator. A stream is
 * read once, and nothing is held whole.
 */
export type BlobContent = string | Uint8Array | AsyncIterable<Uint8Array>;

/** A blob. */
export interface BlobSource {
  readonly blob: BlobContent;
  /** What the blob is: `type/subtype`. At signing `application/octet-stream` when absent; at verification any when absent. */
  readonly mediaType?: string | undefined;
}

/** The signature of a blob, apart from it. */
export interface BlobSignature {
  readonly mediaType: EnvelopeMediaType;
  readonly envelope: Uint8Array;
}

/** A blob and the signature that is said to be its own: what signing answered, or the path of a `.jws.sig` or `.cose.sig` file. */
export interface SignedBlob extends BlobSource {
  readonly signature: BlobSignature | string;
}

/** What a blob holds, in pieces, until `signal` comes. @throws NotationError `FILE`, `REQUEST` for pieces that are no bytes, `ABORTED` */
export async function* chunksOf(blob: BlobContent, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of eachUntilAborted(await contentOf(blob), signal)) {
    // What a hash takes besides bytes, it takes for UTF-8.
    if (!(chunk instanceof Uint8Array)) throw wrong('a stream of Uint8Array', typeof chunk);
    yield chunk;
  }
}

async function contentOf(blob: BlobContent): Promise<AsyncIterable<Uint8Array>> {
  if (blob instanceof Uint8Array) return whole(blob);
  if (typeof blob === 'object' && blob !== null && Symbol.asyncIterator in blob) return blob;
  if (typeof blob !== 'string') throw wrong('a path, bytes or a stream of bytes', typeof blob);
  const { checkBlob, readBlob } = await import('../store/blob-file.ts');
  await checkBlob(blob);
  return readBlob(blob);
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function wrong(expected: string, found: string): NotationError {
  return new NotationError('REQUEST', `blob: expected ${expected}, found ${found}`);
}
