// The ad-hoc code signature of a macOS executable. Bun makes one for arm64; its executables for x64 keep the signature of the Bun that they were made
// from, which no longer fits them, and macOS may end such a program at its start.
import { createHash } from 'node:crypto';

/** Of mach-o/loader.h and xnu's cs_blobs.h. */
const loadSegment = 0x19;
const loadCodeSignature = 0x1d;
const embeddedSignature = 0xfade0cc0;
const codeDirectory = 0xfade0c02;
const version = 0x20400;
const adHocByLinker = 0x20002;
const mainBinary = 1n;
const pageBits = 12;
const pageSize = 1 << pageBits;
const digestSize = 32;

/** What the linkers of macOS call what they sign. */
const identifier = Buffer.from('a.out\0');
const superBlobSize = 20;
const directorySize = 88;
const headerSize = 32;

/**
 * Puts an ad-hoc signature, which names nobody, in the place of the one that is there.
 * @param executable a whole 64-bit Mach-O file, little-endian, whose signature is its last part
 * @returns the file with its new signature
 * @throws Error where the file is of another kind
 */
export function signAdHoc(executable: Uint8Array): Uint8Array {
  const file = Buffer.from(executable);
  const signature = commandAt(file, loadCodeSignature);
  const [text, linkEdit] = ['__TEXT', '__LINKEDIT'].map((name) => commandAt(file, loadSegment, name)) as [number, number];
  const limit = file.readUInt32LE(signature + 8);
  const slots = Math.ceil(limit / pageSize);
  const size = superBlobSize + directorySize + identifier.length + slots * digestSize;
  file.writeUInt32LE(size, signature + 12);
  const tail = BigInt(limit + size) - file.readBigUInt64LE(linkEdit + 40);
  file.writeBigUInt64LE(tail, linkEdit + 48);
  file.writeBigUInt64LE(((tail + BigInt(pageSize) - 1n) / BigInt(pageSize)) * BigInt(pageSize), linkEdit + 32);
  const code = file.subarray(0, limit);
  return Buffer.concat([code, superBlob(size), directoryOf(code, slots, file.readBigUInt64LE(text + 48))]);
}

/** Where a load command begins: the first of its kind, and of its segment's name. */
function commandAt(file: Buffer, kind: number, segment = ''): number {
  if (file.readUInt32LE(0) !== 0xfeedfacf) throw new Error('expected a 64-bit Mach-O file, found another');
  let at = headerSize;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const name = file.toString('latin1', at + 8, at + 24).replace(/\0+$/, '');
    if (file.readUInt32LE(at) === kind && (segment === '' || name === segment)) return at;
    at += file.readUInt32LE(at + 4);
  }
  throw new Error(`expected a load command ${kind} ${segment}, found none`);
}

/** A signature of one part, the code directory. */
function superBlob(size: number): Buffer {
  const blob = Buffer.alloc(superBlobSize);
  [embeddedSignature, size, 1, 0, superBlobSize].forEach((word, index) => {
    blob.writeUInt32BE(word, index * 4);
  });
  return blob;
}

/** The digests of the pages of the code, and what they are of. */
function directoryOf(code: Buffer, slots: number, textSize: bigint): Buffer {
  const hashes = directorySize + identifier.length;
  const head = Buffer.alloc(directorySize);
  const words = [codeDirectory, hashes + slots * digestSize, version, adHocByLinker, hashes, directorySize, 0, slots, code.length];
  words.forEach((word, index) => {
    head.writeUInt32BE(word, index * 4);
  });
  head.set([digestSize, 2, 0, pageBits], 36);
  head.writeBigUInt64BE(textSize, 72);
  head.writeBigUInt64BE(mainBinary, 80);
  const digests = Array.from({ length: slots }, (_, index) =>
    createHash('sha256')
      .update(code.subarray(index * pageSize, (index + 1) * pageSize))
      .digest(),
  );
  return Buffer.concat([head, identifier, ...digests]);
}
