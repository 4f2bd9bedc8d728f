// Timestamp tokens may come in BER (RFC 5652 §10). As the reference does, lengths may be longer than they must be; all else is DER.
import type { Der } from '../../core/bytes.ts';
import { malformed } from './der.ts';
import { encodeLength } from './der-encode.ts';

/**
 * One element with every length, of its own and of what is constructed in it, in as few octets as possible; other bytes stay as they are.
 * @throws NotationError `CERTIFICATE`, naming `what`, for indefinite lengths, lengths that do not fit, and more than one element.
 */
export function minimizeLengths(bytes: Uint8Array, what: string): Der {
  const { end, der } = readElement(bytes, 0, { depth: 0, count: { left: maximumCount }, what });
  if (end < bytes.length) throw malformed(what, `expected the end, found ${bytes.length - end} trailing bytes`);
  return der;
}

/** Where in the structure a reader is, and how many more elements it will read. */
interface Place {
  readonly depth: number;
  readonly count: { left: number };
  readonly what: string;
}

interface Rewritten {
  readonly der: Der;
  /** Where the element ends in what it was read from. */
  readonly end: number;
}

/** Tokens are some fifteen levels deep and have some five hundred elements; what is far beyond that was made to exhaust the reader. */
const maximumDepth = 40;
const maximumCount = 50_000;

function readElement(bytes: Uint8Array, start: number, place: Place): Rewritten {
  const { depth, count, what } = place;
  count.left -= 1;
  if (count.left < 0) throw malformed(what, `expected at most ${maximumCount} elements, found more`);
  if (depth > maximumDepth) throw malformed(what, `expected at most ${maximumDepth} levels of elements, found more`);
  const lengthStart = skipIdentifier(bytes, start, what);
  const { length, valueStart } = readLength(bytes, lengthStart, what);
  const end = valueStart + length;
  if (end > bytes.length) throw malformed(what, `expected ${length} bytes of contents, found ${bytes.length - valueStart}`);
  const constructed = ((bytes[start] ?? 0) & 0x20) !== 0;
  const value = bytes.subarray(valueStart, end);
  const contents = constructed ? readContents(value, { ...place, depth: depth + 1 }) : [value];
  const size = contents.reduce((sum, part) => sum + part.length, 0);
  return { der: Buffer.concat([bytes.subarray(start, lengthStart), encodeLength(size), ...contents]), end };
}

function readContents(value: Uint8Array, place: Place): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let position = 0; position < value.length; ) {
    const { der, end } = readElement(value, position, place);
    parts.push(der);
    position = end;
  }
  return parts;
}

// X.690 §8.1.2.4: in the high-tag form the number goes on while the first bit of an octet is set.
function skipIdentifier(bytes: Uint8Array, start: number, what: string): number {
  let position = start + 1;
  if (((bytes[start] ?? 0) & 0x1f) === 0x1f) {
    while ((bytes[position] ?? 0) >= 0x80) position += 1;
    position += 1;
  }
  if (position >= bytes.length) throw malformed(what, 'expected an element, found the end');
  return position;
}

function readLength(bytes: Uint8Array, start: number, what: string): { readonly length: number; readonly valueStart: number } {
  const first = bytes[start] ?? 0;
  if (first < 0x80) return { length: first, valueStart: start + 1 };
  const size = first & 0x7f;
  const octets = bytes.subarray(start + 1, start + 1 + size);
  if (size === 0) throw malformed(what, 'expected a definite length, found an indefinite one');
  if (size > 4) throw malformed(what, `expected a length of at most 4 octets, found ${size}`);
  if (octets.length < size) throw malformed(what, 'expected a length, found the end');
  return { length: octets.reduce((sum, byte) => sum * 256 + byte, 0), valueStart: start + 1 + size };
}
