// Where a plugin comes from: one file, taken before it is looked at, so that what was checked is what is installed.
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import { type ArchiveKind, sizeLimit, tooLarge } from './archive/extraction.ts';
import { executableBit } from './plugin-files.ts';

/** A file that is ours alone. */
export interface TakenSource {
  /** Of the copy. */
  readonly path: string;
  /** What it is called where it comes from. */
  readonly name: string;
  /** Its own permissions. */
  readonly mode: number;
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  /** The first four bytes, or as many as there are. */
  readonly head: Uint8Array;
}

/** Copies a file into `folder`. @throws NotationError `FILE` when it is no regular file, or as large as no plugin is */
export async function takeFile(path: string, folder: string): Promise<TakenSource> {
  // A named pipe must not be waited for.
  const source = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    if (isAbsent(cause)) throw new NotationError('FILE', `stat ${path}: no such file or directory`, { hint: 'check the path' });
    throw fileError(`${path} cannot be read`, cause);
  });
  try {
    const { mode, ...facts } = await source.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new NotationError('FILE', `${path} is not a valid file`, { hint: 'name a file' });
    if (facts.size >= sizeLimit) throw tooLarge('file size');
    return { ...(await copy(source, join(folder, 'source'))), name: basename(path), mode };
  } catch (cause) {
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be read`, cause);
  } finally {
    await source.close();
  }
}

/** Writes what was downloaded into `folder`. @throws NotationError `FILE` */
export async function takeBytes(bytes: Uint8Array, name: string, folder: string): Promise<TakenSource> {
  const path = join(folder, 'source');
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw fileError(`${path} cannot be written`, cause);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, name, mode: 0o600, sha256, head: bytes.subarray(0, 4) };
}

/** @throws NotationError `FILE` when a checksum is given and is not the file's; in any case, as notation takes it */
export function checkSum({ sha256 }: TakenSource, expected: string): void {
  if (expected === '' || expected.toLowerCase() === sha256) return;
  throw new NotationError('FILE', `plugin SHA-256 checksum does not match user input. Expecting ${expected.slice(0, 200)}`, {
    hint: `the file has ${sha256}: do not install it unless its publisher says so`,
  });
}

/**
 * Puts the files of a plugin into `folder`, which is made: those of an archive, by its first bytes, or the executable itself.
 * @throws NotationError `FILE`
 */
export async function unpackPlugin(source: TakenSource, folder: string, platform: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).catch((cause: unknown) => {
    throw fileError(`${folder} cannot be made`, cause);
  });
  const kind = kindOf(source);
  if (kind === 'zip') await (await import('./archive/zip.ts')).unpackZip(source.path, folder);
  else if (kind === 'tar.gz') await (await import('./archive/tar-gz.ts')).unpackTarGz(source.path, folder);
  else await placeExecutable(source, folder, platform);
}

/** Whether it is an archive by its first bytes; anything else is taken for the executable itself. */
export function isArchive(source: TakenSource): boolean {
  return kindOf(source) !== undefined;
}

/** As notation tells them apart, which is Go's http.DetectContentType; gzip must hold tar. */
function kindOf({ head }: TakenSource): ArchiveKind | undefined {
  const start = Buffer.from(head).toString('latin1');
  if (start === 'PK\x03\x04') return 'zip';
  return start.startsWith('\x1f\x8b\x08') ? 'tar.gz' : undefined;
}

async function placeExecutable({ path, name, mode }: TakenSource, folder: string, platform: string): Promise<void> {
  if (platform !== 'win32' && (mode & executableBit) === 0) {
    throw new NotationError('FILE', `input file ${name} is not executable`, { hint: `chmod u+x ${name}` });
  }
  try {
    await chmod(path, (mode & 0o755) | 0o600);
    await rename(path, join(folder, name));
  } catch (cause) {
    throw fileError(`${folder} cannot be written`, cause);
  }
}

async function copy(source: FileHandle, path: string): Promise<Pick<TakenSource, 'path' | 'sha256' | 'head'>> {
  const target = await open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    const head = await pour(source, target, hash);
    await target.sync();
    return { path, sha256: hash.digest('hex'), head };
  } finally {
    await target.close();
  }
}

/** Answers the first bytes. A file may grow while it is read. */
async function pour(source: FileHandle, target: FileHandle, hash: Hash): Promise<Uint8Array> {
  const buffer = new Uint8Array(1 << 20);
  let size = 0;
  let head = new Uint8Array();
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return head;
    const chunk = buffer.subarray(0, bytesRead);
    if (size === 0) head = chunk.slice(0, 4);
    size += bytesRead;
    if (size >= sizeLimit) throw tooLarge('file size');
    hash.update(chunk);
    await target.writeFile(chunk);
  }
}
