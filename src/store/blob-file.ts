// Files that are signed as blobs.
import { createReadStream } from 'node:fs';
import { NotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import { disk } from './disk.ts';

/** Checks that a blob is a regular file. @throws NotationError `FILE` */
export async function checkBlob(path: string): Promise<void> {
  const facts = await disk.look(path);
  if (facts?.kind === 'file') return;
  const found = facts === undefined ? 'nothing' : `a ${facts.kind === 'directory' ? 'folder' : 'file of another kind'}`;
  throw new NotationError('FILE', `${path}: expected a regular file, found ${found}`);
}

/** The contents of a blob, in pieces. @throws NotationError `FILE` */
export async function* readBlob(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch (cause) {
    throw fileError(`${path} cannot be read`, cause);
  }
}
