// What is signed of an executable itself: Apple's code signature in Mach-O, Authenticode in PE.
import { createHash } from 'node:crypto';

/** Load command and magic numbers, of mach-o/loader.h and xnu's cs_blobs.h. */
const loadCommand = 0x1d;
const embeddedSignature = 0xfade0cc0;
const codeDirectory = 0xfade0c02;
const adHoc = 0x2;

/**
 * Whether a 64-bit Mach-O executable carries an ad-hoc signature, which names nobody, and has the pages that it is over.
 * @throws Error where it carries none
 */
export function isAdHocSigned(bytes: Buffer): boolean {
  const signature = bytes.subarray(signatureOffset(bytes));
  if (signature.readUInt32BE(0) !== embeddedSignature) throw new Error('no code signature where the load command says');
  const directory = signature.subarray(signature.readUInt32BE(16));
  if (directory.readUInt32BE(0) !== codeDirectory) throw new Error('no code directory first in the code signature');
  const [flags, hashes, slots, limit] = [12, 16, 28, 32].map((offset) => directory.readUInt32BE(offset));
  const [size = 0, pageBits = 0] = [directory[36], directory[39]];
  const pages = Array.from({ length: slots ?? 0 }, (_, index) => {
    const page = bytes.subarray(index << pageBits, Math.min((index + 1) << pageBits, limit ?? 0));
    const start = (hashes ?? 0) + index * size;
    return createHash('sha256')
      .update(page)
      .digest()
      .subarray(0, size)
      .equals(directory.subarray(start, start + size));
  });
  return ((flags ?? 0) & adHoc) !== 0 && pages.length > 0 && pages.every(Boolean);
}

function signatureOffset(bytes: Buffer): number {
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) === loadCommand) return bytes.readUInt32LE(at + 8);
    at += bytes.readUInt32LE(at + 4);
  }
  throw new Error('no load command for a code signature');
}

/** Whether a 64-bit PE executable has anything in its table of certificates. */
export function isAuthenticodeSigned(bytes: Buffer): boolean {
  const optionalHeader = bytes.readUInt32LE(0x3c) + 24;
  return bytes.readUInt32LE(optionalHeader + 112 + 4 * 8 + 4) !== 0;
}
