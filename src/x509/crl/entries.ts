// The entries of a CRL (RFC 5280 §5.1.2.6). A list of hundreds of thousands is walked in place: no object is made for an entry that nobody asks for.
import { NotationError } from '../../core/error.ts';
import { type Cursor, malformed, readAll, readMany, readSequence, tag } from '../asn1/der.ts';
import { type Extension, parseExtension } from '../extension.ts';

/** One entry of a CRL. */
export interface CrlEntry {
  readonly revokedAt: Date;
  /** CRLReason (RFC 5280 §5.3.1); 0, unspecified, where the entry tells none. */
  readonly reason: number;
  readonly invalidityDate?: Date;
}

/** A list that has been held against its grammar. */
export interface CrlEntries {
  /** The contents of revokedCertificates. */
  readonly bytes: Uint8Array;
  /** Where every so many entries begin. */
  readonly marks: readonly number[];
}

/**
 * Walks all entries and holds each against the grammar and against what is understood.
 * @param bytes the contents of revokedCertificates
 * @throws NotationError `CERTIFICATE` when they are malformed; `REVOCATION` for an entry that would change the meaning of the list: a critical extension
 * that is not known, even if the entry is another certificate's (RFC 5280 §5.3), or another issuer's certificate (§5.3.3)
 */
export function checkEntries(bytes: Uint8Array, what: string): CrlEntries {
  const marks: number[] = [];
  let count = 0;
  for (let start = 0; start < bytes.length; count += 1) {
    if (count % entriesPerMark === 0) marks.push(start);
    start = plainEnd(bytes, start) || checkEntry(bytes, start, what);
  }
  return { bytes, marks };
}

const entriesPerMark = 256;

/**
 * The entries for one serial number, in their order.
 * @param serial contents of an INTEGER
 * @throws NotationError `CERTIFICATE` when one is malformed inside; `REVOCATION` when there are more than any authority lists
 */
export function findEntries({ bytes, marks }: CrlEntries, serial: Uint8Array, what: string): readonly CrlEntry[] {
  const pattern = Buffer.concat([Uint8Array.of(tag.integer, serial.length), serial]);
  const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: CrlEntry[] = [];
  let [start, mark] = [0, 0];
  // DER writes a number in one way only: an entry whose bytes hold none like it is another's.
  for (let hit = hay.indexOf(pattern); hit !== -1; hit = hay.indexOf(pattern, start)) {
    for (; (marks[mark] ?? hay.length) <= hit; mark += 1) start = Math.max(start, marks[mark] ?? 0);
    let end = endOf(bytes, start, bytes.length, tag.sequence, what);
    for (; end <= hit; end = endOf(bytes, start, bytes.length, tag.sequence, what)) start = end;
    const at = contentsOf(bytes, start);
    if (pattern.equals(hay.subarray(at, at + pattern.length))) found.push(parseEntry(bytes.subarray(start, end), what));
    if (found.length > maximumPerSerial) throw tooMany(what);
    start = end;
  }
  return found;
}

const maximumPerSerial = 100;

function tooMany(what: string): NotationError {
  return new NotationError('REVOCATION', `${what}: expected at most ${maximumPerSerial} entries for one certificate, found more`);
}

/**
 * The end of an entry of the form that nearly all have, a serial number of some bytes, a UTCTime and at most a reason; 0 for another, which `checkEntry` has to
 * read. It says of none what `checkEntry` would not. A process reads its only CRL before the runtime has compiled anything: one function without calls
 * takes a third of the time then.
 */
function plainEnd(bytes: Uint8Array, start: number): number {
  const length = bytes[start + 1] ?? 0x80;
  const first = bytes[start + 4];
  const end = start + 2 + length;
  const date = start + 4 + (bytes[start + 3] ?? 0);
  const reason = date + 15;
  // What begins with 00 or ff may be padded.
  if (bytes[start] !== 0x30 || length >= 0x80 || bytes[start + 2] !== 0x02 || first === 0x00 || first === 0xff || date <= start + 4)
    return 0;
  if (bytes[date] !== 0x17 || bytes[date + 1] !== 0x0d || bytes[date + 14] !== 0x5a || end > bytes.length) return 0;
  if (end === reason) return end;
  // SEQUENCE { SEQUENCE { id-ce-cRLReasons, OCTET STRING of three bytes } }
  const isReason =
    end === reason + 14 &&
    bytes[reason] === 0x30 &&
    bytes[reason + 1] === 0x0c &&
    bytes[reason + 2] === 0x30 &&
    bytes[reason + 3] === 0x0a &&
    bytes[reason + 4] === 0x06 &&
    bytes[reason + 5] === 0x03 &&
    bytes[reason + 6] === 0x55 &&
    bytes[reason + 7] === 0x1d &&
    bytes[reason + 8] === reasonArc &&
    bytes[reason + 9] === 0x04 &&
    bytes[reason + 10] === 0x03;
  return isReason ? end : 0;
}

/** The end of the entry that begins at `start`. */
function checkEntry(bytes: Uint8Array, start: number, what: string): number {
  const end = endOf(bytes, start, bytes.length, tag.sequence, what);
  const serial = contentsOf(bytes, start);
  const date = endOf(bytes, serial, end, tag.integer, what);
  checkInteger(bytes, contentsOf(bytes, serial), date, what);
  const rest = endOf(bytes, date, end, bytes[date] === tag.generalizedTime ? tag.generalizedTime : tag.utcTime, what);
  checkTime(bytes, date, rest, what);
  if (rest < end) checkExtensions(bytes, rest, end, what);
  return end;
}

function checkInteger(bytes: Uint8Array, start: number, end: number, what: string): void {
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  const padded = end - start > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (start === end || padded) throw malformed(what, 'expected a serial number, found none or one that is padded');
}

/** The digits of a date that nobody asks for are only counted: 300,000 dates cost more than all else here. */
function checkTime(bytes: Uint8Array, start: number, end: number, what: string): void {
  const length = end - start - 2;
  if (length === (bytes[start] === tag.utcTime ? 13 : 15) && bytes[end - 1] === 0x5a) return;
  throw malformed(what, 'expected a time as RFC 5280 §5.1.2.6 writes it, found another form');
}

function checkExtensions(bytes: Uint8Array, start: number, end: number, what: string): void {
  const listEnd = endOf(bytes, start, end, tag.sequence, what);
  if (listEnd !== end) throw malformed(what, 'expected the end of an entry, found trailing bytes');
  for (let at = contentsOf(bytes, start); at < end; ) at = checkExtension(bytes, at, end, what);
}

function checkExtension(bytes: Uint8Array, start: number, limit: number, what: string): number {
  const end = endOf(bytes, start, limit, tag.sequence, what);
  const name = contentsOf(bytes, start);
  const nameEnd = endOf(bytes, name, end, tag.oid, what);
  checkOid(bytes, name + 2, nameEnd, what);
  const hasFlag = bytes[nameEnd] === tag.boolean;
  const value = hasFlag ? endOf(bytes, nameEnd, end, tag.boolean, what) : nameEnd;
  const critical = hasFlag && isTrue(bytes, nameEnd, value, what);
  if (endOf(bytes, value, end, tag.octetString, what) !== end)
    throw malformed(what, 'expected an extension of an entry, found trailing bytes');
  const arc = nameEnd - name === 5 && bytes[name + 2] === 0x55 && bytes[name + 3] === 0x1d ? bytes[name + 4] : undefined;
  if (arc === certificateIssuerArc || (critical && arc !== reasonArc && arc !== invalidityDateArc))
    throw notUnderstood(bytes, name, nameEnd, what);
  return end;
}

/** X.690 §8.19.2: whole arcs, none of them padded. Longer ones than 125 bytes exist nowhere. */
function checkOid(bytes: Uint8Array, start: number, end: number, what: string): void {
  let isWhole = end > start && end - start < 126;
  let good = isWhole;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isWhole && byte === 0x80) good = false;
    isWhole = byte < 0x80;
  }
  if (!good || !isWhole) throw malformed(what, 'expected the object identifier of an extension, found another form');
}

function isTrue(bytes: Uint8Array, start: number, end: number, what: string): boolean {
  const byte = bytes[end - 1];
  if (end - start === 3 && (byte === 0x00 || byte === 0xff)) return byte === 0xff;
  throw malformed(what, 'expected a boolean of 00 or ff, found something else');
}

/** Last arcs of 2.5.29: id-ce-cRLReasons, id-ce-invalidityDate, id-ce-certificateIssuer. */
const reasonArc = 21;
const invalidityDateArc = 24;
const certificateIssuerArc = 29;

function notUnderstood(bytes: Uint8Array, start: number, end: number, what: string): NotationError {
  const oid = readAll(bytes.subarray(start, end), what, (cursor) => cursor.oid());
  return new NotationError('REVOCATION', `${what}: expected entries with known critical extensions only, found ${oid}`, {
    hint: 'such a CRL cannot be used for any certificate (RFC 5280 §5.3): ask the authority for one without that extension',
  });
}

// The walk. A definite, minimal length that stays inside `limit`, or nothing.
function endOf(bytes: Uint8Array, start: number, limit: number, expected: number, what: string): number {
  const first = bytes[start + 1] ?? 0x80;
  const end = first < 0x80 ? start + 2 + first : longEnd(bytes, start, first & 0x7f, what);
  if (end > limit || bytes[start] !== expected)
    throw malformed(what, 'expected an element of an entry, found another or one that is longer than the entry');
  return end;
}

function longEnd(bytes: Uint8Array, start: number, size: number, what: string): number {
  let length = 0;
  for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[start + 2 + index] ?? 0);
  const minimal = size >= 1 && size <= 4 && length >= 0x80 && bytes[start + 2] !== 0;
  if (!minimal) throw malformed(what, 'expected a definite, minimal length of at most 4 octets, found another form');
  return start + 2 + size + length;
}

/** Where the contents begin; the header has passed `endOf`. */
function contentsOf(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1] ?? 0;
  return first < 0x80 ? start + 2 : start + 2 + (first & 0x7f);
}

function parseEntry(der: Uint8Array, what: string): CrlEntry {
  return readSequence(der, what, (fields) => {
    fields.integer();
    const revokedAt = fields.time();
    const extensions = fields.done ? [] : parseExtensions(fields.sequence(), what);
    const value = (arc: number) => extensions.find(({ oid }) => oid === `2.5.29.${arc}`)?.value;
    const [reason, date] = [value(reasonArc), value(invalidityDateArc)];
    const invalidityDate = date && readAll(date, `${what}, invalidity date`, readGeneralizedTime);
    const code = reason && readAll(reason, `${what}, reason`, (cursor) => cursor.smallInteger(tag.enumerated));
    return { revokedAt, reason: code ?? 0, ...(invalidityDate && { invalidityDate }) };
  });
}

function parseExtensions(list: Cursor, what: string): readonly Extension[] {
  const extensions = readMany(list, () => parseExtension(list, `${what}, entry`));
  const repeated = extensions.find(({ oid }, index) => extensions.findIndex((other) => other.oid === oid) !== index);
  if (repeated) throw malformed(what, `expected every extension of an entry once, found ${repeated.oid} twice`);
  return extensions;
}

/** RFC 5280 §5.3.2: never a UTCTime. */
function readGeneralizedTime(cursor: Cursor): Date {
  if (cursor.peek() === tag.generalizedTime) return cursor.time();
  throw malformed('invalidity date', 'expected a GeneralizedTime, found something else');
}
