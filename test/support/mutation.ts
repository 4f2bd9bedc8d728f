// Ways to spoil an envelope: byte by byte, and with a knowledge of what JSON and CBOR are made of.
import { decodeCbor, encodeCbor } from '../../src/envelope/cbor.ts';
import type { Random } from './random.ts';

/** Spoils `bytes`; `other` is another good envelope of the same encoding. May also leave them good. */
export type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const bombs = [
  '9bffffffffffffffff',
  'bb00000001ffffffff',
  '5b7fffffffffffffff',
  '7affffffff',
  '9a7fffffff',
  'ba7fffffff',
  '5f',
  '9f',
  'bf',
  'ff',
  'd9ffff',
];

/** What is done to bytes as bytes. */
export const ofBytes: readonly Mutation[] = [
  (bytes, random) => at(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => at(bytes, random, () => random.below(256)),
  (bytes, random) => spliced(bytes, random.below(bytes.length), 1 + random.below(8), Buffer.of()),
  (bytes, random) => spliced(bytes, random.below(bytes.length), random.below(bytes.length), Buffer.of()),
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(8))),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => Buffer.concat([bytes, random.bytes(1 + random.below(4))]),
  (bytes, random) => {
    const start = random.below(bytes.length);
    return spliced(bytes, random.below(bytes.length), 0, bytes.subarray(start, start + random.below(200)));
  },
  (bytes, random, other) => Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]),
  (bytes, random, other) => {
    const [start, length] = [random.below(bytes.length), random.below(200)];
    return spliced(bytes, start, length, other.subarray(start, start + length));
  },
  (bytes, random) => spliced(bytes, random.below(bytes.length), random.below(10), Buffer.from(random.pick(bombs), 'hex')),
];

/** What is done to any JSON document as JSON. */
export const ofDocument: readonly Mutation[] = [(bytes, random) => print(spoil(read(bytes), random))];

/** What is done to JSON as JSON: to the envelope, to a header, to the text. */
export const ofJson: readonly Mutation[] = [
  ...ofDocument,
  (bytes, random) => withHeader(bytes, (header) => spoil(header, random)),
  (bytes, random, other) => {
    const [mine, theirs] = [read(bytes), read(other)];
    const member = random.pick(Object.keys(mine));
    return print({ ...mine, [member]: theirs[member] });
  },
  (bytes, random) => {
    const envelope = read(bytes);
    return print({ ...envelope, header: spoil(envelope['header'], random) });
  },
  // A member again, as the same text or with a letter in another case.
  (bytes, random) => {
    const envelope = read(bytes);
    const member = random.pick(Object.keys(envelope));
    const name = random.pick([member, member.toUpperCase(), member.replace('a', '\u0430')]);
    return Buffer.from(`{"${name}":${JSON.stringify(random.pick([envelope[member], 'e30', null]))},${JSON.stringify(envelope).slice(1)}`);
  },
  (bytes, random) => {
    const text = Buffer.from(bytes).toString();
    const quote = text.indexOf('"', random.below(text.length));
    return Buffer.from(`${text.slice(0, quote)}${random.pick(['\\', '"', '{', ',', '\u2028', '\\u0000', '='])}${text.slice(quote)}`);
  },
  (bytes, random) => {
    const depth = 1 + random.below(3000);
    return Buffer.from(
      Buffer.from(bytes)
        .toString()
        .replace('{', `{"x":${'['.repeat(depth)}${']'.repeat(random.pick([depth, depth - 1]))},`),
    );
  },
];

/** What is done to CBOR as CBOR: to the envelope, to a header, to an item's first bytes. */
export const ofCbor: readonly Mutation[] = [
  (bytes, random) => tagged(spoil(decodeCbor(bytes.subarray(1), 'envelope', false), random)),
  (bytes, random) => withFields(bytes, ([, ...rest]) => [encodeCbor(spoil(headerOf(bytes), random)), ...rest]),
  (bytes, random) => withFields(bytes, ([first, unprotected, ...rest]) => [first, spoil(unprotected, random), ...rest]),
  (bytes, random, other) => {
    const [index, theirs] = [random.below(4), fieldsOf(other)];
    return withFields(bytes, (fields) => fields.map((field, place) => (place === index ? theirs[place] : field)));
  },
  // An entry more in the protected header, which may be one that is there.
  (bytes, random) =>
    withFields(bytes, ([header, ...rest]) => {
      const encoded = Buffer.from(header as Uint8Array);
      const entry = random.pick(['0126', '0280', '03f6', '182100', '613100', 'f93c0000', '2000', '6101c100']);
      return [Buffer.concat([Buffer.of((encoded[0] ?? 0) + 1), encoded.subarray(1), Buffer.from(entry, 'hex')]), ...rest];
    }),
  (bytes, random) => {
    const depth = 1 + random.below(100);
    const nested = Buffer.concat([Buffer.alloc(depth, random.pick([0x81, 0xc1, 0xd8])), Buffer.of(0)]);
    return spliced(bytes, random.below(bytes.length), random.below(4), nested);
  },
];

function at(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = Buffer.from(bytes);
  const place = random.below(copy.length);
  copy[place] = change(copy[place] ?? 0);
  return copy;
}

function spliced(bytes: Uint8Array, start: number, remove: number, insert: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
}

/** The value with something in it, however deep, taken away, replaced or renamed. */
function spoil(value: unknown, random: Random): unknown {
  if (value instanceof Map) return new Map(spoilEntries([...value], random));
  if (value instanceof Uint8Array)
    return random.pick([
      value.subarray(1),
      Buffer.concat([value, Buffer.of(0)]),
      at(value.length > 0 ? value : Buffer.of(0), random, () => 7),
    ]);
  if (Array.isArray(value) && value.length > 0) {
    const index = random.below(value.length);
    const kept = value.filter((_, place) => place !== index);
    return random.pick([kept, [...value, value[index]], value.toReversed(), value.toSpliced(index, 1, spoil(value[index], random))]);
  }
  if (typeof value === 'string' && random.below(2) === 0)
    return Buffer.from(at(Buffer.from(`${value} `), random, () => 33 + random.below(90))).toString();
  if (isPlainObject(value) && Object.keys(value).length > 0) return Object.fromEntries(spoilEntries(Object.entries(value), random));
  return random.pick([
    null,
    true,
    0,
    -7,
    1.5,
    2 ** 53,
    '',
    'notary.x509',
    'none',
    'RS256',
    [],
    ['io.cncf.notary.signingScheme'],
    '2026-06-01T12:00:00Z',
  ]);
}

function spoilEntries<Key>(entries: readonly (readonly [Key, unknown])[], random: Random): readonly (readonly [Key, unknown])[] {
  if (entries.length === 0) return entries;
  const index = random.below(entries.length);
  const [key, value] = entries[index] as readonly [Key, unknown];
  const [other] = random.pick(entries);
  const without = entries.filter((_, place) => place !== index);
  const renamed = (typeof key === 'string' ? random.pick([key.toUpperCase(), `${key}x`, 'b64', 'kid']) : random.below(50)) as Key;
  return random.pick([
    without,
    [...without, [renamed, value]],
    [...without, [key, spoil(value, random)]],
    [...without, [other, value]],
    [...without, [key, value]],
  ]);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function read(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes).toString());
}

function print(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value) ?? '');
}

function withHeader(bytes: Uint8Array, change: (header: unknown) => unknown): Uint8Array {
  const envelope = read(bytes);
  const header = JSON.parse(Buffer.from(String(envelope['protected']), 'base64url').toString());
  return print({ ...envelope, protected: Buffer.from(print(change(header))).toString('base64url') });
}

function tagged(array: unknown): Uint8Array {
  return Buffer.concat([Buffer.of(0xd2), encodeCbor(array)]);
}

function fieldsOf(bytes: Uint8Array): readonly unknown[] {
  return decodeCbor(bytes.subarray(1), 'envelope', false) as readonly unknown[];
}

function withFields(bytes: Uint8Array, change: (fields: readonly unknown[]) => readonly unknown[]): Uint8Array {
  return tagged(change(fieldsOf(bytes)));
}

function headerOf(bytes: Uint8Array): unknown {
  return decodeCbor(fieldsOf(bytes)[0] as Uint8Array, 'header', true);
}
