// A repository in a folder: an OCI image layout (image specification, "OCI Image Layout").
import { statSync } from 'node:fs';
import { NotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import { defaultPatience, type LockPatience } from '../core/file-lock.ts';
import type { Descriptor } from '../core/model.ts';
import type { NewSignature, Repository, StoredSignature } from '../core/ports.ts';
import { gather } from './batch.ts';
import { sameContent } from './descriptor.ts';
import { manifestLimit } from './document.ts';
import { toEntry } from './index-document.ts';
import { readBlob, writeBlobs } from './layout-blobs.ts';
import { addToIndex, checkLayout, readIndex } from './layout-index.ts';
import { walkLayout } from './layout-walk.ts';
import {
  checkSignatureDescriptor,
  digestOf,
  emptyObject,
  encodeSignatureManifest,
  envelopeLimit,
  isReferrerKind,
  parseReferrer,
  parseSignatureManifest,
} from './manifest.ts';
import { imageManifest, signatureType } from './media-type.ts';

/**
 * Opens the OCI layout in a folder.
 * @param patience for other processes that write the same layout
 * @throws NotationError `FILE` when there is no layout, `MANIFEST` when it is of an unknown version
 */
export async function openLayout(path: string, patience: LockPatience = defaultPatience): Promise<Repository> {
  checkFolder(path);
  checkLayout(path);
  const list = gather((entries: readonly Descriptor[]) => addToIndex(path, entries.map(toEntry), patience));
  return {
    resolve: (tagOrDigest) => resolve(path, tagOrDigest),
    signatures: (subject) => signatures(path, subject),
    fetch: (signature) => fetchSignature(path, signature),
    attach: (subject, signature) => attach(path, subject, signature, list),
  };
}

function checkFolder(path: string): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (cause) {
    throw fileError(`OCI layout ${path} cannot be opened`, cause);
  }
  throw new NotationError('FILE', `${path}: expected the folder of an OCI layout, found a file`);
}

/** A tag is in index.json itself, the last of several; a digest may also be further down, as a platform's of an image index is. */
async function resolve(path: string, tagOrDigest: string): Promise<Descriptor> {
  const { entries } = readIndex(path);
  const isNamed = ({ digest, annotations }: Descriptor) =>
    digest === tagOrDigest || annotations?.['org.opencontainers.image.ref.name'] === tagOrDigest;
  const found = entries.map((entry) => entry.descriptor).findLast(isNamed) ?? findDeeper(path, tagOrDigest);
  if (found === undefined)
    throw new NotationError('NOT_FOUND', `${path}: expected an artifact ${JSON.stringify(tagOrDigest)}, found none of that tag or digest`);
  return { mediaType: found.mediaType, digest: found.digest, size: found.size };
}

function findDeeper(path: string, digest: string): Descriptor | undefined {
  if (!digest.includes(':')) return undefined;
  for (const descriptor of walkLayout(path)) if (descriptor.digest === digest) return descriptor;
  return undefined;
}

/** Every manifest that index.json leads to and that says itself to be a signature of `subject`: a referrers tag's index adds to the list. */
async function* signatures(path: string, subject: Descriptor): AsyncGenerator<Descriptor> {
  for (const descriptor of walkLayout(path)) {
    const { mediaType, digest, size } = descriptor;
    const referrer = referrerOf(path, descriptor);
    if (referrer === undefined || referrer.artifactType !== signatureType || !sameContent(referrer.subject, subject)) continue;
    yield { mediaType, digest, size, annotations: referrer.annotations };
  }
}

function referrerOf(path: string, descriptor: Descriptor) {
  if (!isReferrerKind(descriptor.mediaType)) return undefined;
  // A layout may list what it does not hold.
  const bytes = readBlob(path, descriptor, manifestLimit);
  return bytes && parseReferrer(bytes, descriptor.mediaType);
}

async function fetchSignature(path: string, signature: Descriptor): Promise<StoredSignature> {
  checkSignatureDescriptor(signature);
  const { layer } = parseSignatureManifest(blobIn(path, signature, manifestLimit));
  return { mediaType: layer.mediaType, envelope: blobIn(path, layer, envelopeLimit) };
}

function blobIn(path: string, descriptor: Descriptor, limit: number): Uint8Array {
  const bytes = readBlob(path, descriptor, limit);
  if (bytes !== undefined) return bytes;
  throw new NotationError('NOT_FOUND', `${path}: expected the blob ${descriptor.digest}, found no such file`);
}

async function attach(
  path: string,
  subject: Descriptor,
  { mediaType, envelope, annotations }: NewSignature,
  list: (entry: Descriptor) => Promise<void>,
): Promise<Descriptor> {
  const layer = { mediaType, digest: digestOf(envelope), size: envelope.length };
  const manifest = encodeSignatureManifest({ subject, layer, annotations });
  const descriptor = { mediaType: imageManifest, digest: digestOf(manifest), size: manifest.length, annotations };
  await writeBlobs(path, [envelope, emptyObject, manifest]);
  await list(descriptor);
  return descriptor;
}
