// Writing DER: as much as certificates and their requests need.
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { constructedContextTag, contextTag, tag } from './der.ts';

/** One element with identifier octet `identifier` around `contents`. */
export function element(identifier: number, ...contents: readonly Uint8Array[]): Der {
  const value = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(identifier), encodeLength(value.length), value]);
}

/** SEQUENCE of elements, in this order. */
export function sequence(...items: readonly Der[]): Der {
  return element(tag.sequence, ...items);
}

/** SET OF, sorted as X.690 §11.6 orders it. */
export function set(...items: readonly Der[]): Der {
  return element(tag.set, ...items.toSorted((a, b) => Buffer.compare(a, b)));
}

/** [number] EXPLICIT around one element. */
export function explicit(number: number, item: Der): Der {
  return element(constructedContextTag(number), item);
}

/** [number] IMPLICIT over the contents of a primitive type. */
export function implicit(number: number, value: Uint8Array): Der {
  return element(contextTag(number), value);
}

/** INTEGER of a non-negative number, or of the magnitude in big-endian bytes. */
export function integer(value: number | Uint8Array): Der {
  const bytes = typeof value === 'number' ? magnitudeOf(value) : value;
  const start = bytes.findIndex((byte) => byte !== 0);
  const minimal = start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
  return (minimal[0] ?? 0) < 0x80 ? element(tag.integer, minimal) : element(tag.integer, Uint8Array.of(0), minimal);
}

/** BOOLEAN. */
export function boolean(value: boolean): Der {
  return element(tag.boolean, Uint8Array.of(value ? 0xff : 0x00));
}

/** NULL. */
export function nullValue(): Der {
  return element(tag.null);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Der {
  const [root, second, ...rest] = dotted.split('.').map(BigInt);
  if (root === undefined || second === undefined)
    throw new NotationError('INTERNAL', `expected an object identifier, found ${JSON.stringify(dotted)}`);
  return element(tag.oid, ...[root * 40n + second, ...rest].map(encodeArc));
}

/** OCTET STRING. */
export function octetString(value: Uint8Array): Der {
  return element(tag.octetString, value);
}

/** BIT STRING of whole bytes. */
export function bitString(value: Uint8Array): Der {
  return element(tag.bitString, Uint8Array.of(0), value);
}

/** BIT STRING of the named bits `indexes`, without trailing zero bits (X.690 §11.2.2). */
export function namedBits(indexes: readonly number[]): Der {
  if (indexes.length === 0) return element(tag.bitString, Uint8Array.of(0));
  const highest = Math.max(...indexes);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const index of indexes) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  return element(tag.bitString, Uint8Array.of(7 - (highest & 7)), bytes);
}

/** UTF8String. */
export function utf8String(text: string): Der {
  return element(tag.utf8String, Buffer.from(text, 'utf8'));
}

/** PrintableString. @throws NotationError `CERTIFICATE` when `text` holds a character that it lacks. */
export function printableString(text: string): Der {
  if (/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) return element(tag.printableString, Buffer.from(text, 'latin1'));
  throw new NotationError('CERTIFICATE', `expected letters, digits and '()+,-./:=? only, found ${JSON.stringify(text)}`, {
    hint: 'leave the other characters out',
  });
}

/** IA5String. @throws NotationError `CERTIFICATE` when `text` is not ASCII. */
export function ia5String(text: string): Der {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === text.length) return element(tag.ia5String, bytes);
  throw new NotationError('CERTIFICATE', `expected ASCII only, found ${JSON.stringify(text)}`, { hint: 'leave the other characters out' });
}

/** UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5); whole seconds, rounded down. */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = date.getUTCFullYear();
  if (year >= 1950 && year < 2050) return element(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'));
  return element(tag.generalizedTime, Buffer.from(digits, 'latin1'));
}

/** The length octets of `length`, in the definite form with as few octets as possible (X.690 §10.1). */
export function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes = magnitudeOf(length);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

function magnitudeOf(value: number): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function encodeArc(arc: bigint): Uint8Array {
  const groups = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from(groups);
}
