import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { FileFacts, Files } from '../core/ports.ts';

/**
 * The real files of this machine. The calls underneath are synchronous: for the two small files of a signature the thread pool
 * costs more than the reading, and a file system that hangs would hang a thread, and with it the process's end, just as well.
 */
export const disk: Files = { look: async (path) => look(path), read: async (path, what, limit) => read(path, what, limit) };

/** Windows makes modes up: every file would be everybody's to write. */
const hasModes = process.platform !== 'win32';

function look(path: string): FileFacts | undefined {
  try {
    const facts = statSync(path);
    return { kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : 'other', mode: hasModes ? facts.mode & 0o777 : 0 };
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw fileError(`${path} cannot be looked at`, cause);
  }
}

/** O_NONBLOCK: opening a named pipe must not wait for its writer; what is not a regular file is refused by its kind. */
function read(path: string, what: string, limit: number): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new NotationError('FILE', `${what} ${path}: expected a regular file, found another kind`);
    if (facts.size > limit) throw new NotationError('FILE', `${what} ${path}: expected at most ${limit} bytes, found ${facts.size}`);
    return readFileSync(file);
  } catch (cause) {
    throw cause instanceof NotationError ? cause : fileError(`${what} ${path} cannot be read`, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
