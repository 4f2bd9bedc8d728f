// The files of an OCI layout. Nothing in a layout may be a link: whoever made it could have it read from, or written to, anywhere.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, unlinkSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, fileErrorCode, isAbsent } from '../core/file-error.ts';

const temporaryPrefix = 'notation-ts-kms-';
const leftAfterMs = 60 * 60_000;

/**
 * The whole regular file; undefined when there is none.
 * @throws NotationError `FILE` when it is a link or no regular file, has more than `limit` bytes, or cannot be read
 */
export function readRegular(path: string, limit: number): Uint8Array | undefined {
  let file: number | undefined;
  try {
    if (lstatSync(path).isSymbolicLink()) throw linked(path);
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new NotationError('FILE', `${path}: expected a regular file, found another kind`);
    if (facts.size > limit) throw new NotationError('FILE', `${path}: expected at most ${limit} bytes, found ${facts.size}`);
    return readExactly(file, facts.size);
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be read`, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether a folder of the layout is there. @throws NotationError `FILE` when something else is in its place, a link to a folder too */
export function isFolder(path: string): boolean {
  try {
    const facts = lstatSync(path);
    if (facts.isSymbolicLink()) throw linked(path);
    if (!facts.isDirectory()) throw new NotationError('FILE', `${path}: expected a folder, found a file`);
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be looked at`, cause);
  }
}

/** Makes a folder of the layout unless it is there. @throws NotationError `FILE` */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  try {
    mkdirSync(path, 0o755);
  } catch (cause) {
    if (fileErrorCode(cause) !== 'EEXIST') throw fileError(`${path} cannot be made`, cause);
    isFolder(path);
  }
}

/** A new temporary name in `ingest`, the folder of a layout that other tools use for that. @throws NotationError `FILE` */
export function temporaryIn(layout: string): string {
  const folder = join(layout, 'ingest');
  makeFolder(folder);
  return join(folder, `${temporaryPrefix}${process.pid}-${randomBytes(8).toString('hex')}`);
}

/**
 * Removes the temporary files that killed processes of this program left an hour or longer ago, as the file system's own clock tells by a file
 * that was just made. What cannot be removed stays.
 */
export function removeLeftovers(layout: string, justMade: string): void {
  const folder = join(layout, 'ingest');
  try {
    const now = lstatSync(justMade).mtimeMs;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (name.startsWith(temporaryPrefix) && now - lstatSync(path).mtimeMs > leftAfterMs) unlinkSync(path);
    }
  } catch {
    // Another process is at it too, or may and this one may not.
  }
}

/**
 * Puts a whole file in place: its content reaches the disk under a temporary name, and then it takes its place, if `mayPlace` says so at that
 * moment. Its name reaches the disk by `settle`.
 * @throws NotationError `FILE`
 */
export async function placeFile(
  layout: string,
  path: string,
  content: Uint8Array,
  mode: number,
  mayPlace: () => boolean = () => true,
): Promise<void> {
  const temporary = temporaryIn(layout);
  try {
    await writeDurably(temporary, content, mode);
    if (mayPlace()) await rename(temporary, path);
    else await rm(temporary, { force: true });
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be written`, cause);
  }
}

async function writeDurably(path: string, content: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    // The umask may have taken bits away.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Has a folder's new names reach the disk; Windows opens no folders, and some file systems settle none. */
export async function settle(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** A file that grows while it is read is read as long as it was. */
function readExactly(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const count = readSync(file, bytes, done, size - done, done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

function linked(path: string): NotationError {
  return new NotationError('FILE', `${path}: expected a part of the layout itself, found a symbolic link`, {
    hint: 'copy the layout with its links followed',
  });
}
