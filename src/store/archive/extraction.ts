// What an archive of a plugin may hold, and how it gets out: into one folder, bounded, and nowhere else.
import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NotationError } from '../../core/error.ts';
import { fileError } from '../../core/file-error.ts';

export type ArchiveKind = 'zip' | 'tar.gz';

/** Bytes that a plugin, its archive, and all that the archive holds must be below (PLG-004; as in notation). */
export const sizeLimit: number = 256 << 20;
/** No plugin has that many files, and each takes a block of the disk, however small it is. */
const mostEntries = 4096;

/** One archive on its way into a folder. */
export interface Extraction {
  /** Takes note of an entry of any kind, before it is looked at. @throws NotationError `FILE` for a name that leads elsewhere, or one entry too many */
  admit(name: string): void;
  /** Begins a file by the last part of its name. @throws NotationError `FILE` when there is one of that name already */
  create(base: string, mode: number): ExtractedFile;
}

/** A file whose content comes piece by piece. */
export interface ExtractedFile {
  /** @throws NotationError `FILE` when all files together become too large, or it cannot be written */
  write(chunk: Uint8Array): void;
  /** All of it is on the disk. @throws NotationError `FILE` */
  finish(): void;
  /** Whatever came of it; twice does no harm. */
  close(): void;
}

/** Begins to unpack into `folder`, which is there and empty. What is counted is what comes out, never what the archive says that it holds. */
export function openExtraction(folder: string, kind: ArchiveKind): Extraction {
  let entries = 0;
  let total = 0;
  const count = (length: number) => {
    total += length;
    if (total >= sizeLimit) throw tooLarge('total file size');
  };
  return {
    admit: (name) => {
      entries += 1;
      if (entries > mostEntries) throw new NotationError('FILE', `${kind}: expected at most ${mostEntries} entries, found more`);
      checkName(name, kind);
    },
    create: (base, mode) => createFile(join(folder, base), mode, kind, count),
  };
}

/** A size that is at the limit or above it, in notation's words. */
export function tooLarge(what: string): NotationError {
  return new NotationError('FILE', `${what} reached the ${sizeLimit >> 20} MiB size limit`, {
    hint: 'a plugin of that size can only be copied into its folder by hand',
  });
}

/** What an archive breaks. */
export function badArchive(kind: ArchiveKind, problem: string, cause?: unknown): NotationError {
  return new NotationError('FILE', `${kind}: ${problem}`, { cause, hint: 'download it again, or ask whoever makes the plugin' });
}

/**
 * Everything that has ever led out of a folder is refused, though only the last part of a name is used: `..`, roots, backslashes, drives and
 * streams of Windows, and what no person could see.
 */
function checkName(name: string, kind: ArchiveKind): void {
  const shown = JSON.stringify(name.slice(0, 200));
  if (name.includes('..')) throw badArchive(kind, `file name in ${kind} cannot contain '..', but found ${shown}`);
  if (name === '' || name.length > 4096 || /^\/|[\\:\p{Cc}\ufffd]/u.test(name))
    throw badArchive(kind, `expected names of files below the archive itself, found ${shown}`);
  if (Buffer.byteLength(name.split('/').at(-1) ?? '') > 255) throw badArchive(kind, `expected names of at most 255 bytes, found ${shown}`);
}

/** Never through a link and never over another file. As in notation, nobody but the owner may write. */
function createFile(path: string, mode: number, kind: ArchiveKind, count: (length: number) => void): ExtractedFile {
  let file: number | undefined;
  const orFail = (work: () => void) => {
    try {
      work();
    } catch (cause) {
      if (cause instanceof NotationError) throw cause;
      throw fileError(`${kind}: ${path} cannot be written`, cause);
    }
  };
  orFail(() => {
    file = openSync(path, 'wx', 0o600);
  });
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write: (chunk) =>
      orFail(() => {
        count(chunk.length);
        for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(writeSync(file as number, rest));
      }),
    finish: () =>
      orFail(() => {
        fchmodSync(file as number, (mode & 0o755) | 0o600);
        fsyncSync(file as number);
        close();
      }),
    close,
  };
}
