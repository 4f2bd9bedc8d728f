// The blobs of an OCI layout: blobs/<algorithm>/<encoded>.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import { digestFault, hasDigest } from './digest.ts';
import { malformed, shown } from './document.ts';
import { isFolder, makeFolder, placeFile, readRegular, settle } from './layout-files.ts';
import { digestOf } from './manifest.ts';

/**
 * The bytes that a descriptor stands for, once size and digest are found right; undefined when the layout does not hold them.
 * @throws NotationError `MANIFEST` when they are not what the descriptor says, or more than `limit`; `FILE`
 */
export function readBlob(layout: string, { digest, size }: Descriptor, limit: number): Uint8Array | undefined {
  const [folders, path] = placeOf(layout, digest);
  if (size > limit) throw malformed(`blob ${digest}`, `at most ${limit} bytes`, `${size}`);
  if (!folders.every(isFolder)) return undefined;
  const bytes = readRegular(path, limit);
  if (bytes === undefined) return undefined;
  if (bytes.length !== size) throw malformed(`blob ${digest}`, `${size} bytes`, `${bytes.length}`);
  if (!hasDigest(bytes, digest)) throw malformed(`blob ${digest}`, 'bytes of that digest', 'others');
  return bytes;
}

/** Stores blobs, except those that are there whole; all of them are on the disk when it is done. @throws NotationError `FILE` */
export async function writeBlobs(layout: string, blobs: readonly Uint8Array[]): Promise<void> {
  await Promise.all(blobs.map((bytes) => writeBlob(layout, bytes)));
  await settle(join(layout, 'blobs', 'sha256'));
}

async function writeBlob(layout: string, bytes: Uint8Array): Promise<void> {
  const [folders, path] = placeOf(layout, digestOf(bytes));
  for (const folder of folders) makeFolder(folder);
  if (!isThere(path, bytes)) await placeFile(layout, path, bytes, 0o444);
}

/** A file that was left half-written by others is written anew; anything that is no file is in the way. */
function isThere(path: string, bytes: Uint8Array): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile() || facts.size !== bytes.length) return false;
  return equalBytes(readRegular(path, bytes.length) ?? new Uint8Array(), bytes);
}

function placeOf(layout: string, digest: string): readonly [folders: readonly string[], path: string] {
  const fault = digestFault(digest);
  if (fault !== undefined) throw new NotationError('MANIFEST', `digest ${shown(digest)}: ${fault}`);
  const [algorithm = '', encoded = ''] = digest.split(':');
  const folder = join(layout, 'blobs', algorithm);
  return [[join(layout, 'blobs'), folder], join(folder, encoded)];
}
