import { type ErrorCode, NotationError } from './error.ts';

/** Bytes of one DER-encoded structure. */
export type Der = Uint8Array;

/** Standard padded base64 (RFC 4648 §4), the only form Go's `[]byte` fields accept. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * Decodes standard padded base64 strictly: no white space, no URL-safe alphabet, no missing padding, no stray bits.
 * @throws NotationError `code`, naming `what`.
 */
export function fromBase64(text: string, what: string, code: ErrorCode = 'REQUEST'): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  throw new NotationError(code, `${what}: expected standard padded base64, found something else`, {
    hint: 'RFC 4648 §4: alphabet A–Z a–z 0–9 + /, padded with =',
  });
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** A big-endian number filled up with zeros on the left; as it is when it is wider than that. */
export function padLeft(number: Uint8Array, width: number): Uint8Array {
  return Buffer.concat([new Uint8Array(Math.max(0, width - number.length)), number]);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
