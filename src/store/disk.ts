import { constants } from 'node:fs';
import { chmod, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NotationError } from '../core/error.ts';
import type { FileFacts, Files } from '../core/ports.ts';

/** The real files of this machine. */
export const disk: Files = { look, read };

async function look(path: string): Promise<FileFacts | undefined> {
  try {
    const facts = await stat(path);
    return { kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : 'other', mode: facts.mode & 0o777 };
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw fileError(`${path} cannot be looked at`, cause);
  }
}

/** O_NONBLOCK: opening a named pipe must not wait for its writer; what is not a regular file is refused by its kind. */
async function read(path: string, what: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw fileError(`${what} ${path} cannot be read`, cause);
  });
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new NotationError('FILE', `${what} ${path}: expected a regular file, found another kind`);
    if (facts.size > limit) throw new NotationError('FILE', `${what} ${path}: expected at most ${limit} bytes, found ${facts.size}`);
    return await file.readFile();
  } catch (cause) {
    throw cause instanceof NotationError ? cause : fileError(`${what} ${path} cannot be read`, cause);
  } finally {
    await file.close();
  }
}

/**
 * Writes a whole file or nothing: to a temporary name beside it, then renamed over it. Missing folders are made with mode 0700, as notation does.
 * @throws NotationError `FILE`
 */
export async function writeWhole(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  await replaceWhole(path, (temporary) => writeFile(temporary, content, { mode, flag: 'wx', flush: true }), mode);
}

/**
 * Makes a file whole or not at all: `fill` makes it under a temporary name in the same folder, and only then does it take its place.
 * @throws NotationError `FILE`, and whatever of that class `fill` throws.
 */
export async function replaceWhole(path: string, fill: (temporary: string) => Promise<void>, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await fill(temporary);
    // The umask may have taken bits away, and a copy keeps its source's.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be written`, cause);
  }
}

/** Whether a file-system error says that nothing is there. */
export function isAbsent(cause: unknown): boolean {
  return codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR';
}

/** The error of a failed file operation, with the system's reason in words. */
export function fileError(message: string, cause: unknown): NotationError {
  const code = codeOf(cause);
  return new NotationError('FILE', `${message}: ${reasons.get(code) ?? code}`, { cause });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'it does not exist'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['ENXIO', 'it is no regular file'],
  ['ENAMETOOLONG', 'the name is too long'],
]);

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown reason';
}
