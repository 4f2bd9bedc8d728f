import { chmod, constants, copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isTaken } from '../core/file-error.ts';

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

/**
 * Writes a whole file where none is, or nothing; false when there is one. The temporary file lies in another folder of the same file
 * system, so that whoever reads all files of the file's own folder never finds it.
 * @throws NotationError `FILE`
 */
export async function createWhole(path: string, content: Uint8Array | string, mode: number, temporaryFolder: string): Promise<boolean> {
  const temporary = join(temporaryFolder, `.${basename(path)}.${process.pid}.tmp`);
  try {
    for (const folder of [temporaryFolder, dirname(path)]) await mkdir(folder, { recursive: true, mode: 0o700 });
    await rm(temporary, { force: true });
    await writeFile(temporary, content, { mode, flag: 'wx', flush: true });
    await chmod(temporary, mode);
    return await giveName(temporary, path);
  } catch (cause) {
    throw fileError(`${path} cannot be written`, cause);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Unlike a renaming, a second name for the file never takes the place of another file; a file system without them gets a copy. */
async function giveName(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path).catch((cause: unknown) => {
      if (isTaken(cause)) throw cause;
      return copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (cause) {
    if (isTaken(cause)) return false;
    throw cause;
  }
}
