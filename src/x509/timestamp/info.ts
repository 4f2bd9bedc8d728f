// TSTInfo (RFC 3161 §2.4.2): what a timestamp authority signs.
import type { HashAlgorithm } from '../../core/algorithm.ts';
import { type Der, toHex } from '../../core/bytes.ts';
import { type Cursor, constructedContextTag, contextTag, readAll, readMany, readSequence, tag } from '../asn1/der.ts';
import { decodeTime } from '../asn1/der-value.ts';
import { parseExtension } from '../extension.ts';
import { parseHashAlgorithm } from '../signature-algorithm.ts';
import { brokenToken } from './error.ts';

/** What a timestamp says. Nothing in it is trusted. */
export interface TimestampInfo {
  /** The policy under which it was made, as an object identifier. */
  readonly policy: string;
  readonly imprint: Imprint;
  /** INTEGER contents in lower-case hexadecimal. */
  readonly serial: string;
  /** To the millisecond, rounded down; the rest are `genTimeNanoseconds` (0 to 999 999). */
  readonly genTime: Date;
  readonly genTimeNanoseconds: number;
  /** By how much `genTime` may be wrong either way, in microseconds; absent where the authority does not say. */
  readonly accuracy?: number;
  readonly ordering: boolean;
  /** INTEGER contents of the nonce in the request. */
  readonly nonce?: Uint8Array;
}

/** The digest of what was timestamped. */
export interface Imprint {
  /** Undefined for SHA-1 and all else outside SHA-2. */
  readonly hash: HashAlgorithm | undefined;
  readonly digest: Uint8Array;
}

/** The time at which something existed: between two moments, both included. */
export interface TimeRange {
  readonly earliest: Date;
  readonly latest: Date;
}

/**
 * Reads a TSTInfo.
 * @throws NotationError `TIMESTAMP` for another version, a time or an accuracy out of its form, a critical extension; `CERTIFICATE`, naming
 * `what`, for all else that is malformed.
 */
export function parseTimestampInfo(der: Der, what: string): TimestampInfo {
  return readSequence(der, what, (fields) => {
    const version = fields.smallInteger();
    if (version !== 1) throw brokenToken(`expected a TSTInfo of version 1, found ${version}`);
    const policy = fields.oid();
    const imprint = parseImprint(fields.read(tag.sequence).der, what);
    const serial = toHex(fields.integer());
    const time = parseGenTime(fields.read(tag.generalizedTime).value, what);
    const accuracy = fields.peek() === tag.sequence ? parseAccuracy(fields.read(tag.sequence).der, what) : undefined;
    // DER leaves FALSE out; authorities that write it are understood by the reference.
    const ordering = fields.peek() === tag.boolean ? fields.boolean() : false;
    const nonce = fields.peek() === tag.integer ? fields.integer() : undefined;
    fields.optional(constructedContextTag(0));
    checkExtensions(fields.optional(constructedContextTag(1))?.value, what);
    return { policy, imprint, serial, ...time, ...(accuracy !== undefined && { accuracy }), ordering, ...(nonce && { nonce }) };
  });
}

/**
 * The range in which the time of a timestamp lies, in milliseconds, rounded outwards. An authority that states no accuracy is exact,
 * or exact to a second under the baseline policy of ETSI (trust policy specification § Steps, 6; RFC 3628 §5.1).
 */
export function timeRangeOf({ genTime, genTimeNanoseconds, accuracy, policy }: TimestampInfo): TimeRange {
  // The reference takes a stated accuracy of zero for none.
  const microseconds = accuracy || (policy === baselinePolicy ? 1_000_000 : 0);
  const whole = Math.floor(microseconds / 1000);
  const rest = (microseconds % 1000) * 1000;
  const earliest = genTime.getTime() - whole + Math.floor((genTimeNanoseconds - rest) / 1e6);
  const latest = genTime.getTime() + whole + Math.ceil((genTimeNanoseconds + rest) / 1e6);
  return { earliest: new Date(earliest), latest: new Date(latest) };
}

const baselinePolicy = '0.4.0.2023.1.1';

function parseImprint(der: Der, what: string): Imprint {
  return readSequence(der, what, (fields) => ({
    hash: parseHashAlgorithm(fields.read(tag.sequence).der, what),
    digest: fields.octetString(),
  }));
}

// Seconds, with a fraction that does not end in zero, in Zulu time. Finer than nanoseconds is nobody's clock, and the reference refuses it.
function parseGenTime(value: Uint8Array, what: string): Pick<TimestampInfo, 'genTime' | 'genTimeNanoseconds'> {
  const text = Buffer.from(value.subarray(0, 32)).toString('latin1');
  const parts = /^(\d{14})(?:\.(\d{0,8}[1-9]))?Z$/.exec(text);
  if (!parts) throw brokenToken(`expected a time as RFC 3161 §2.4.2 writes it, found ${JSON.stringify(text)}`);
  const [, whole = '', fraction = ''] = parts;
  const seconds = decodeTime(tag.generalizedTime, Buffer.from(`${whole}Z`, 'latin1'), what);
  const nanoseconds = Number(fraction.padEnd(9, '0'));
  return { genTime: new Date(seconds.getTime() + Math.floor(nanoseconds / 1e6)), genTimeNanoseconds: nanoseconds % 1e6 };
}

function parseAccuracy(der: Der, what: string): number {
  return readSequence(der, what, (fields) => {
    const seconds = fields.peek() === tag.integer ? fields.smallInteger() : 0;
    return seconds * 1e6 + readThousandths(fields, 0) * 1e3 + readThousandths(fields, 1);
  });
}

// RFC 3161 §2.4.2: 1 to 999; a zero is no more than superfluous.
function readThousandths(fields: Cursor, number: number): number {
  const identifier = contextTag(number);
  if (fields.peek() !== identifier) return 0;
  const count = fields.smallInteger(identifier);
  if (count > 999) throw brokenToken(`expected an accuracy in parts below a thousand, found ${count}`);
  return count;
}

// The RFC names no extension, so a critical one changes the meaning in a way that nobody here knows.
function checkExtensions(list: Uint8Array | undefined, what: string): void {
  if (list === undefined) return;
  const extensions = readAll(list, what, (cursor) => readMany(cursor, () => parseExtension(cursor, what)));
  const critical = extensions.find((extension) => extension.critical);
  if (critical) throw brokenToken(`expected no critical extension, found ${critical.oid}`);
}
