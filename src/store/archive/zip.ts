// Zip archives by their central directory, as notation reads them: two readers of one archive must see the same files.
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { NotationError } from '../../core/error.ts';
import { badArchive, type Extraction, openExtraction } from './extraction.ts';

/**
 * Unpacks the regular files at the top of a zip archive into `folder`; what lies in its folders is left, as by notation.
 * @throws NotationError `FILE` for an archive that is malformed, encrypted, too large, or holds links or names that lead elsewhere
 */
export async function unpackZip(path: string, folder: string): Promise<void> {
  const extraction = openExtraction(folder, 'zip');
  let zip: ZipFile | undefined;
  try {
    // Names are decoded here: by the library some would become others.
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: true });
    for await (const entry of zip.eachEntry()) await unpackEntry(zip, entry, extraction);
  } catch (cause) {
    throw cause instanceof NotationError
      ? cause
      : badArchive('zip', `it cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
  } finally {
    zip?.close();
  }
}

async function unpackEntry(zip: ZipFile, entry: Entry, extraction: Extraction): Promise<void> {
  const name = nameOf(entry);
  extraction.admit(name);
  const { kind, mode } = attributesOf(entry, name);
  if (kind === 'other')
    throw badArchive('zip', `expected files and folders, found ${JSON.stringify(name)}, which is a link or something else`);
  const top = name.replace(/^(?:\.\/)+/, '');
  if (kind === 'folder' || top.includes('/')) return;
  if (entry.isEncrypted()) throw badArchive('zip', `expected files that are not encrypted, found ${JSON.stringify(name)}`);
  const file = extraction.create(top, mode);
  try {
    let sum = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      sum = crc32(chunk, sum);
      file.write(chunk);
    }
    if (sum !== entry.crc32)
      throw badArchive('zip', `${JSON.stringify(name)}: expected the check sum ${hex(entry.crc32)}, found ${hex(sum)}`);
    file.finish();
  } finally {
    file.close();
  }
}

/** As UTF-8, whatever the archive says of its encoding; a name that is none becomes one that is refused. */
function nameOf({ fileNameRaw }: Entry): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(fileNameRaw);
}

interface Attributes {
  readonly kind: 'file' | 'folder' | 'other';
  readonly mode: number;
}

const [unix, macos] = [3, 19];
const [typeBits, folderType, fileType] = [0o170000, 0o040000, 0o100000];

/** Archives that were made on Unix say what a file is and who may run it; others only whether it is a folder. */
function attributesOf({ versionMadeBy, externalFileAttributes }: Entry, name: string): Attributes {
  const system = versionMadeBy >> 8;
  const mode = system === unix || system === macos ? externalFileAttributes >>> 16 : 0o666;
  const type = mode & typeBits;
  if (type !== 0 && type !== folderType && type !== fileType) return { kind: 'other', mode };
  const isFolder = type === folderType || name.endsWith('/') || (system === 0 && (externalFileAttributes & 0x10) !== 0);
  return { kind: isFolder ? 'folder' : 'file', mode };
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
