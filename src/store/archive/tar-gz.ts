// Tar archives in gzip, piece by piece.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { NotationError } from '../../core/error.ts';
import { badArchive, type Extraction, openExtraction, sizeLimit, tooLarge } from './extraction.ts';

/** What the headers, padding and skipped entries of an archive may take besides its files. */
const overhead = 32 << 20;

/**
 * Unpacks all regular files of a gzipped tar archive into `folder`, whatever folders of the archive they are in, as notation does.
 * @throws NotationError `FILE` for an archive that is malformed, too large, holds links or devices, two files of one name, or names that lead elsewhere
 */
export async function unpackTarGz(path: string, folder: string): Promise<void> {
  const tar = openTar(openExtraction(folder, 'tar.gz'));
  const source = createReadStream(path);
  // A file that cannot be read fails as one that cannot be unpacked does.
  const unzipped = source.pipe(createGunzip());
  source.once('error', (error) => unzipped.destroy(error));
  let total = 0;
  try {
    for await (const chunk of unzipped) {
      if (total === 0) checkTar(chunk);
      total += chunk.length;
      if (total >= sizeLimit + overhead) throw tooLarge('total file size');
      tar.write(chunk);
    }
    tar.end();
  } catch (cause) {
    throw cause instanceof NotationError ? cause : unreadable(cause);
  } finally {
    tar.close();
    source.destroy();
    unzipped.destroy();
  }
}

function unreadable(cause: unknown): NotationError {
  return badArchive('tar.gz', `it cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
}

/** The reader of tar would unpack once more what is packed twice, uncounted; notation would not. */
function checkTar(chunk: Uint8Array): void {
  if (chunk[0] === 0x1f && chunk[1] === 0x8b) throw badArchive('tar.gz', 'expected a tar archive in it, found another gzip');
}

interface Tar {
  /** Everything of it is dealt with when it returns. @throws NotationError `FILE` */
  write(chunk: Uint8Array): void;
  end(): void;
  close(): void;
}

/** The reader calls back while it is written to; what goes wrong there is thrown after that. */
function openTar(extraction: Extraction): Tar {
  let failure: unknown;
  let open: { readonly close: () => void } | undefined;
  const parser = new Parser({ strict: true, brotli: false, zstd: false });
  const guard = (work: () => void) => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (cause) {
      failure = cause;
    }
  };
  parser.on('error', (error: unknown) => {
    failure ??= unreadable(error);
  });
  const refuse = (entry: ReadEntry) => guard(() => skip(entry, extraction));
  const take = (entry: ReadEntry) => {
    open = takeEntry(entry, extraction, guard);
  };
  parser.on('entry', (entry: ReadEntry) => guard(() => take(entry)));
  parser.on('ignoredEntry', refuse);
  let ended = false;
  parser.on('eof', () => {
    ended = true;
  });
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  return {
    write: (chunk) => {
      // What follows the end is no part of the archive; it is unzipped all the same, for the check sum at its end.
      if (!ended) parser.write(chunk);
      check();
    },
    end: () => {
      parser.end();
      check();
    },
    close: () => open?.close(),
  };
}

type Guard = (work: () => void) => void;

function takeEntry(entry: ReadEntry, extraction: Extraction, guard: Guard): { readonly close: () => void } {
  const { path: name, type, mode = 0o644 } = entry;
  extraction.admit(name);
  if (type === 'Directory') {
    entry.resume();
    return { close: () => undefined };
  }
  if (!['File', 'OldFile', 'ContiguousFile'].includes(type)) throw stranger(entry);
  const file = extraction.create(name.split('/').at(-1) ?? '', mode);
  entry.on('data', (chunk: Uint8Array) => guard(() => file.write(chunk)));
  entry.on('end', () => guard(() => file.finish()));
  return file;
}

/** Kinds of entries that the reader passes over. */
function skip(entry: ReadEntry, extraction: Extraction): never {
  extraction.admit(entry.path);
  throw stranger(entry);
}

function stranger({ path, type }: ReadEntry): NotationError {
  return badArchive('tar.gz', `expected files and folders, found ${JSON.stringify(path.slice(0, 200))}, which is a ${type}`);
}
