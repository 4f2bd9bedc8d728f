// Folders for cases that are about files.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a check with a folder of its own, which is gone afterwards. */
export async function inFolder<T>(check: (folder: string) => T): Promise<Awaited<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'notation-ts-kms-'));
  try {
    return await check(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
