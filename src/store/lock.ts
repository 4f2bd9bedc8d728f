// One writer of a file of notation's at a time, among the processes of this program: notation's files have no lock of their own.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../core/file-error.ts';
import { defaultPatience, withLock } from '../core/file-lock.ts';

/**
 * Runs `work` while nobody else holds the lock of `path`, a file beside it.
 * @throws NotationError `TIMEOUT` when others hold it for long, `FILE` when it cannot be made, and whatever `work` throws
 */
export async function withLockOf<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw fileError(`${path} cannot be written`, cause);
  });
  const lock = `${path}.lock`;
  return withLock({ path: lock, temporary: () => `${lock}.${randomBytes(8).toString('hex')}` }, defaultPatience, work);
}
