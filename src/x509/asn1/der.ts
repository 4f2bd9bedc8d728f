// Reading DER (X.690 §8 and §10): definite minimal lengths, low tag numbers, nothing left over.
// A cursor descends only when asked, so depth costs no stack.
import { decodeString } from './der-string.ts';
import { type BitString, decodeBitString, decodeOid, decodeTime, hexByte, malformed } from './der-value.ts';

export { type BitString, hasBit, malformed } from './der-value.ts';

/** Identifier octets. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of context-specific [number], primitive. */
export function contextTag(number: number): number {
  return 0x80 | number;
}

/** The identifier octet of context-specific [number], constructed. */
export function constructedContextTag(number: number): number {
  return 0xa0 | number;
}

/** One tag-length-value: `der` is all of it, `value` its contents. */
export interface Element {
  readonly tag: number;
  readonly value: Uint8Array;
  readonly der: Uint8Array;
}

/** Reads elements one after another. Every method throws NotationError `CERTIFICATE`, naming `what`, on anything that is not strict DER. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** The identifier octet of the next element; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#position];
  }

  any(): Element {
    const start = this.#position;
    const { identifier, valueStart, end } = readHeader(this.#bytes, start, this.#what);
    this.#position = end;
    return { tag: identifier, value: this.#bytes.subarray(valueStart, end), der: this.#bytes.subarray(start, end) };
  }

  read(expected: number): Element {
    const found = this.peek();
    if (found === expected) return this.any();
    throw malformed(this.#what, `expected tag ${hexByte(expected)}, found ${found === undefined ? 'the end' : `tag ${hexByte(found)}`}`);
  }

  optional(expected: number): Element | undefined {
    return this.peek() === expected ? this.any() : undefined;
  }

  /** A cursor over the contents of the next element. */
  inside(expected: number): Cursor {
    return new Cursor(this.read(expected).value, this.#what);
  }

  sequence(): Cursor {
    return this.inside(tag.sequence);
  }

  set(): Cursor {
    return this.inside(tag.set);
  }

  /** A cursor over the contents of [number] when that comes next. */
  explicit(number: number): Cursor | undefined {
    const found = this.optional(constructedContextTag(number));
    return found && new Cursor(found.value, this.#what);
  }

  /** Contents of an INTEGER: two's complement, minimal. */
  integer(expected: number = tag.integer): Uint8Array {
    const { value } = this.read(expected);
    const [first, second = 0] = value;
    if (first === undefined) throw malformed(this.#what, 'expected an integer, found no contents');
    const padded = value.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (padded) throw malformed(this.#what, 'expected a minimal integer, found a padded one');
    return value;
  }

  /** A non-negative INTEGER below 2³¹. */
  smallInteger(expected: number = tag.integer): number {
    const value = this.integer(expected);
    if ((value[0] ?? 0) >= 0x80) throw malformed(this.#what, 'expected a non-negative integer, found a negative one');
    if (value.length > 4) throw malformed(this.#what, `expected an integer of at most 4 bytes, found ${value.length}`);
    return value.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  boolean(): boolean {
    const { value } = this.read(tag.boolean);
    const [byte] = value;
    if (value.length === 1 && (byte === 0x00 || byte === 0xff)) return byte === 0xff;
    throw malformed(this.#what, 'expected a boolean of 00 or ff, found something else');
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  oid(): string {
    return decodeOid(this.read(tag.oid).value, this.#what);
  }

  octetString(): Uint8Array {
    return this.read(tag.octetString).value;
  }

  bitString(expected: number = tag.bitString): BitString {
    return decodeBitString(this.read(expected).value, this.#what);
  }

  /** UTCTime or GeneralizedTime in the forms of RFC 5280 §4.1.2.5: seconds and Z, no fraction. */
  time(): Date {
    const { tag: found, value } = this.any();
    return decodeTime(found, value, this.#what);
  }

  /** Any of the string types of RFC 5280 §4.1.2.4, as text. */
  string(): string {
    const { tag: found, value } = this.any();
    const text = decodeString(found, value);
    if (text === undefined) throw malformed(this.#what, `expected a well-formed string, found tag ${hexByte(found)} with other contents`);
    return text;
  }

  /** Ends the reading: nothing may be left. */
  end(): void {
    if (!this.done) throw malformed(this.#what, `expected the end, found ${this.#bytes.length - this.#position} trailing bytes`);
  }
}

/** The one element that `bytes` hold, and nothing else. */
export function readOnly(bytes: Uint8Array, expected: number, what: string): Element {
  const cursor = new Cursor(bytes, what);
  const element = cursor.read(expected);
  cursor.end();
  return element;
}

/** Reads the contents of one SEQUENCE completely: `read` must consume all of it. */
export function readSequence<T>(bytes: Uint8Array, what: string, read: (cursor: Cursor) => T): T {
  return readAll(readOnly(bytes, tag.sequence, what).value, what, read);
}

/** Reads `bytes`, a run of elements, completely. */
export function readAll<T>(bytes: Uint8Array, what: string, read: (cursor: Cursor) => T): T {
  const cursor = new Cursor(bytes, what);
  const result = read(cursor);
  cursor.end();
  return result;
}

/** All that is left, one `read` after another. */
export function readMany<T>(cursor: Cursor, read: () => T): readonly T[] {
  const items: T[] = [];
  while (!cursor.done) items.push(read());
  return items;
}

/** What `read` makes of the contents of [number], all of them, when that comes next. */
export function readExplicit<T>(cursor: Cursor, number: number, read: (field: Cursor) => T): T | undefined {
  const field = cursor.explicit(number);
  if (!field) return undefined;
  const value = read(field);
  field.end();
  return value;
}

interface Header {
  readonly identifier: number;
  readonly valueStart: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, start: number, what: string): Header {
  const identifier = bytes[start];
  const first = bytes[start + 1];
  if (identifier === undefined || first === undefined) throw malformed(what, 'expected an element, found the end');
  if ((identifier & 0x1f) === 0x1f) throw malformed(what, 'expected a low tag number, found the high-tag form');
  const size = first < 0x80 ? 0 : first & 0x7f;
  const length = size === 0 && first < 0x80 ? first : readLongLength(bytes.subarray(start + 2, start + 2 + size), size, what);
  const valueStart = start + 2 + size;
  const end = valueStart + length;
  if (end > bytes.length) throw malformed(what, `expected ${length} bytes of contents, found ${bytes.length - valueStart}`);
  return { identifier, valueStart, end };
}

// X.690 §10.1: definite form, in as few octets as possible.
function readLongLength(octets: Uint8Array, size: number, what: string): number {
  if (size === 0) throw malformed(what, 'expected a definite length, found an indefinite one');
  if (size > 4) throw malformed(what, `expected a length of at most 4 octets, found ${size}`);
  if (octets.length < size) throw malformed(what, 'expected a length, found the end');
  const length = octets.reduce((sum, byte) => sum * 256 + byte, 0);
  if (length < 0x80 || octets[0] === 0) throw malformed(what, 'expected a minimal length, found a padded one');
  return length;
}
