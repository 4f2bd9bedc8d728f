// Contents of DER elements: object identifiers, bit strings and times.
import { NotationError } from '../../core/error.ts';

/** A named bit list or opaque bits; bit 0 is the most significant of the first byte. */
export interface BitString {
  readonly bytes: Uint8Array;
  readonly unusedBits: number;
}

/** The error of everything malformed. */
export function malformed(what: string, problem: string): NotationError {
  return new NotationError('CERTIFICATE', `${what}: malformed DER: ${problem}`, {
    hint: 'the data is damaged or was not made by a conforming issuer: get it again from where it was issued',
  });
}

/** Whether bit `index` of a named bit list is set. */
export function hasBit(bits: BitString, index: number): boolean {
  return ((bits.bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}

/** Contents of an OBJECT IDENTIFIER, in dotted form. @throws NotationError `CERTIFICATE` */
export function decodeOid(value: Uint8Array, what: string): string {
  const last = value.at(-1);
  if (last === undefined || last >= 0x80) throw malformed(what, 'expected an object identifier, found an unfinished one');
  if (value.length > maximumOidBytes)
    throw malformed(what, `expected an object identifier of at most ${maximumOidBytes} bytes, found a longer one`);
  const arcs = decodeArcs(value, what);
  const [head = 0n, ...rest] = arcs;
  const root = head < 40n ? 0n : head < 80n ? 1n : 2n;
  return [root, head - root * 40n, ...rest].join('.');
}

// Longer identifiers than this exist nowhere; without a cap their decoding is quadratic.
const maximumArcBytes = 19;
/** Each byte may be an arc, and an arc takes many times its bytes in memory. */
const maximumOidBytes = 1024;

function decodeArcs(value: Uint8Array, what: string): readonly bigint[] {
  const arcs: bigint[] = [];
  let arc = 0n;
  let size = 0;
  for (const byte of value) {
    if (size === 0 && byte === 0x80) throw malformed(what, 'expected a minimal object identifier, found a padded arc');
    size += 1;
    if (size > maximumArcBytes) throw malformed(what, 'expected an object identifier with arcs of at most 19 bytes, found a larger one');
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    [arc, size] = [0n, 0];
  }
  return arcs;
}

/** Contents of a BIT STRING, whose unused bits must be zero (X.690 §11.2.1). @throws NotationError `CERTIFICATE` */
export function decodeBitString(value: Uint8Array, what: string): BitString {
  const unusedBits = value[0];
  if (unusedBits === undefined || unusedBits > 7 || (unusedBits > 0 && value.length === 1)) {
    throw malformed(what, 'expected a bit string, found a wrong count of unused bits');
  }
  const padding = (value.at(-1) ?? 0) & ((1 << unusedBits) - 1);
  if (unusedBits > 0 && padding !== 0) throw malformed(what, 'expected unused bits of zero, found others');
  return { bytes: value.subarray(1), unusedBits };
}

const utcTime = 0x17;
const generalizedTime = 0x18;

/** Contents of a time with tag `found`, to the second and in Zulu time (RFC 5280 §4.1.2.5). @throws NotationError `CERTIFICATE` */
export function decodeTime(found: number, value: Uint8Array, what: string): Date {
  const text = String.fromCharCode(...value.subarray(0, 16));
  const digits = found === utcTime ? /^(\d{2})(\d{10})Z$/.exec(text) : found === generalizedTime ? /^(\d{4})(\d{10})Z$/.exec(text) : null;
  if (!digits) throw malformed(what, `expected a time as RFC 5280 §4.1.2.5 writes it, found tag ${hexByte(found)} with other contents`);
  const [, year = '', rest = ''] = digits;
  // RFC 5280 §4.1.2.5.1: two digits from 50 on are 19YY.
  const full = year.length === 4 ? year : `${Number(year) >= 50 ? '19' : '20'}${year}`;
  const iso = `${full}-${rest.replace(/^(..)(..)(..)(..)(..)$/, '$1-$2T$3:$4:$5')}.000Z`;
  const date = new Date(iso);
  // Date rolls 31 February over instead of refusing it.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso)
    throw malformed(what, 'expected a time, found a day or hour that does not exist');
  return date;
}

/** `0x30`: how messages show an identifier octet. */
export function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
