// Envelopes of four mebibytes that are made to cost their reader time or memory: each is refused, in one reading.
// What would take the square of its length would not come to its end within the time that a test has.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { decodeCbor, encodeCbor } from '../../../src/envelope/cbor.ts';
import type { EnvelopeCodec } from '../../../src/envelope/codec.ts';
import { cose } from '../../../src/envelope/cose.ts';
import { checkIntegrity } from '../../../src/envelope/integrity.ts';
import { jws } from '../../../src/envelope/jws.ts';
import { tag } from '../../../src/x509/asn1/der.ts';
import { bitString, element, explicit, integer, octetString, oid, sequence, time } from '../../../src/x509/asn1/der-encode.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { isRefusal as isOurs } from '../../vectors/answer.ts';

const size = 4 * 1024 * 1024;

type Json = Record<string, unknown>;
let good: Json = {};
let leaf: Certificate;
let fields: readonly [Uint8Array, ReadonlyMap<unknown, unknown>, Uint8Array, Uint8Array];

before(async () => {
  good = JSON.parse(Buffer.from((await makeEnvelope({ format: 'jws' })).bytes).toString());
  const made = await makeEnvelope({ format: 'cose' });
  leaf = leafOf(made.chain).certificate;
  fields = decodeCbor(made.bytes.subarray(1), 'envelope', false) as typeof fields;
});

/** The text as often as it fits into the size, each time with the number of the time for `#`. */
function fill(text: string): string {
  const count = Math.floor(size / (text.length + (text.includes('#') ? 5 : 0)));
  return text.includes('#') ? Array.from({ length: count }, (_, number) => text.replace('#', String(number))).join('') : text.repeat(count);
}

const trimmed = (list: string) => list.slice(0, -1);
const header = (text: string) => JSON.stringify({ ...good, protected: Buffer.from(text).toString('base64url') });
const member = (text: string) => JSON.stringify(good).replace('{', () => `{"x":${text},`);
const x5c = (certificates: readonly string[]) => JSON.stringify({ ...good, header: { x5c: certificates } });
const knownHeader = () => Buffer.from(String(good['protected']), 'base64url').toString();

const ofJws: readonly (readonly [string, () => string])[] = [
  ['arrays in arrays', () => '['.repeat(size)],
  ['objects in objects', () => fill('{"a":')],
  ['a member of arrays in arrays', () => member('['.repeat(size / 2) + ']'.repeat(size / 2))],
  ['empty arrays', () => member(`[${trimmed(fill('[],'))}]`)],
  ['quotes', () => member(`"${fill('\\"')}"`)],
  ['backslashes', () => member(`"${fill('\\\\')}"`)],
  ['backslashes before an end that never comes', () => `{"a":"${'\\'.repeat(size + 1)}`],
  ['members', () => member(`{${trimmed(fill('"#":1,'))}}`)],
  ['members of its own', () => JSON.stringify(good).replace('{', () => `{${fill('"#":1,')}`)],
  ['a number', () => member('1'.repeat(size))],
  ['a name', () => JSON.stringify(good).replace('{', () => `{"${fill('ſ')}":1,`)],
  ['a payload of stray bits', () => JSON.stringify({ ...good, payload: `${'A'.repeat(size)}B` })],
  ['a signature', () => JSON.stringify({ ...good, signature: 'A'.repeat(size) })],
  ['protected parameters', () => header(knownHeader().replace('{', () => `{${fill('"#":1,')}`))],
  ['a critical list', () => header(knownHeader().replace('"crit":[', () => `"crit":[${fill('"a#",')}`))],
  ['a critical list of one name', () => header(knownHeader().replace('"crit":[', () => `"crit":[${fill('"cty",')}`))],
  ['a signing time', () => header(knownHeader().replace('2026', () => '2'.repeat(size)))],
  ['fractions of a second', () => header(knownHeader().replace('00Z', () => `00.${'0'.repeat(size)}`))],
  ['certificates', () => x5c(fill('MAA= ').trim().split(' '))],
  ['a certificate', () => x5c(['A'.repeat(size)])],
  ['sequences in sequences', () => x5c([Buffer.from(fill('0\u0080'), 'latin1').toString('base64')])],
];

const unsigned = (value: Uint8Array) =>
  wrapped(Buffer.concat([encodeCbor(fields[0]), Buffer.of(0xa1, 0x18, 0x2a), value, encodeCbor(fields[2]), encodeCbor(fields[3])]));
const list = (item: string) => {
  const count = Math.floor((size / item.length) * 2);
  return Buffer.concat([head('9a', count), Buffer.alloc((count * item.length) / 2, Buffer.from(item, 'hex'))]);
};
/** An extension with a type of its own. */
const extension = (number: number) => sequence(oid(`1.2.${number + (1 << 21)}`), octetString(Buffer.of(5, 0)));
const chain = (certificates: readonly Uint8Array[]) =>
  wrapped(Buffer.from(encodeCbor([fields[0], new Map([[33, certificates]]), fields[2], fields[3]])).subarray(1));

const ofCose: readonly (readonly [string, () => Uint8Array])[] = [
  ['arrays in arrays', () => unsigned(Buffer.alloc(size, 0x81))],
  ['maps in maps', () => unsigned(Buffer.alloc(size, Buffer.from('a100', 'hex')))],
  ['tags in tags', () => unsigned(Buffer.alloc(size, 0xc1))],
  ['numbers', () => unsigned(list('00'))],
  ['empty arrays', () => unsigned(list('80'))],
  ['empty texts', () => unsigned(list('60'))],
  ['texts', () => unsigned(list('6261c3'))],
  ['a text', () => unsigned(Buffer.concat([head('7a', size), Buffer.alloc(size, 0xc3)]))],
  ['entries', () => wrapped(Buffer.concat([encodeCbor(fields[0]), head('ba', size / 8), Buffer.alloc(size, '1a000001001a000001', 'hex')]))],
  ['items that are not there', () => unsigned(head('9a', 0xffff_ffff))],
  ['critical labels', () => protectedWith([[2, Array.from({ length: size / 8 }, (_, number) => `a${number}`)]])],
  ['protected entries', () => protectedWith(Array.from({ length: size / 8 }, (_, number) => [number + 100, 0] as const))],
  ['certificates', () => chain(Array.from({ length: size / 4 }, () => Buffer.from('3000', 'hex')))],
  ['a certificate', () => chain([Buffer.alloc(size, 0x30)])],
  ['extensions', () => chain([certificateOf(Buffer.concat(Array.from({ length: size / 14 }, (_, number) => extension(number))))])],
  ['an object identifier', () => chain([certificateOf(sequence(element(tag.oid, Buffer.alloc(size, 1)), octetString(Buffer.of())))])],
  ['sequences in sequences', () => chain([Buffer.alloc(size, Buffer.from('3080', 'hex'))])],
  ['a signature', () => wrapped(Buffer.concat([...fields.slice(0, 3).map(encodeCbor), head('5a', size), Buffer.alloc(size)]))],
];

for (const [name, make] of ofJws) test(`a JWS of ${name} is refused`, () => refuses(jws, Buffer.from(make())));
for (const [name, make] of ofCose) test(`a COSE of ${name} is refused`, () => refuses(cose, make()));

function refuses(codec: EnvelopeCodec, bytes: Uint8Array): void {
  assert.throws(() => checkIntegrity(codec.parse(bytes)), isOurs);
}

function head(first: string, count: number): Uint8Array {
  return Buffer.from(`${first}${count.toString(16).padStart(8, '0')}`, 'hex');
}

function wrapped(rest: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(0xd2, 0x84), rest]);
}

function protectedWith(entries: readonly (readonly [unknown, unknown])[]): Uint8Array {
  const known = decodeCbor(fields[0], 'header', true) as ReadonlyMap<unknown, unknown>;
  return wrapped(Buffer.from(encodeCbor([encodeCbor(new Map([...known, ...entries])), ...fields.slice(1)])).subarray(1));
}

/** A leaf with these extensions, as DER. */
function certificateOf(extensions: Uint8Array): Uint8Array {
  const { issuer, subject, publicKeyInfo, signatureAlgorithmDer: algorithm, notBefore, notAfter } = leaf;
  const names = [issuer.der, sequence(time(notBefore), time(notAfter)), subject.der];
  const tbs = sequence(explicit(0, integer(2)), integer(1), algorithm, ...names, publicKeyInfo, explicit(3, sequence(extensions)));
  return sequence(tbs, algorithm, bitString(Buffer.alloc(64)));
}
