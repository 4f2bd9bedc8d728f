// Ways to spoil DER with a knowledge of what it is made of: lengths stay right, so that the spoiled part is reached.
import type { Mutation } from './mutation.ts';
import type { Random } from './random.ts';

/** An element; `parts` are those in it, also in the octets of a string or an extension, when all of it is DER. */
interface Node {
  readonly tag: number;
  /** What of the value stands before the parts: the count of unused bits in a BIT STRING. */
  readonly before: Uint8Array;
  readonly value: Uint8Array;
  readonly parts: readonly Node[];
}

/** One element somewhere is left out, repeated, moved, replaced, or is of another tag, depth or length. */
export const ofDer: readonly Mutation[] = [
  (bytes, random) => changed(bytes, random, () => []),
  (bytes, random) => changed(bytes, random, (node) => [print(node), print(node)]),
  (bytes, random) => changed(bytes, random, (node) => [print({ ...node, tag: random.pick(tags) })]),
  (bytes, random) => changed(bytes, random, (node) => [element(node.tag, Buffer.from(random.pick(values), 'hex'))]),
  (bytes, random) => changed(bytes, random, ({ tag, value }) => [element(tag, spoiled(value, random))]),
  (bytes, random) => changed(bytes, random, () => [Buffer.from(random.pick(elements), 'hex')]),
  (bytes, random, other) => changed(bytes, random, () => [print(picked(other, random))]),
  (bytes, random, other) => changed(bytes, random, (node) => [print(node), print(picked(other, random))]),
  (bytes, random) => changed(bytes, random, ({ tag, parts, before }) => [element(tag, before, ...parts.toReversed().map(print))]),
  (bytes, random) => changed(bytes, random, (node) => [nested(print(node), random)]),
  (bytes, random) => changed(bytes, random, (node) => Array.from({ length: random.pick([3, 30, 300]) }, () => print(node))),
  (bytes, random) => changed(bytes, random, (node) => [otherLength(node, random)]),
];

const tags: readonly number[] = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x1f, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1,
  0xa2, 0xa3, 0xa4, 0xbf,
];

const texts: readonly string[] = [
  '20260601120000Z',
  '20260601120000.123456789Z',
  '99991231235959Z',
  '00000101000000Z',
  '260631120000Z',
  '\u{1f600}',
];

/** Values, as hexadecimal: nothing, numbers at the edges, times, object identifiers, bits. */
const values: readonly string[] = [
  '',
  '00',
  '0000',
  'ff',
  '7fffffffffffffff',
  '00ffffffffffffffffff',
  '80',
  '8000',
  '0801',
  '07ff',
  '2a03',
  '2a8001',
  'ffffffffffffffffff7f',
  '2b0601050507300109',
  '551d14',
  '551d1b',
  '551d1c',
  ...texts.map((text) => Buffer.from(text).toString('hex')),
];

/** Elements: no value, truths, an algorithm, a null, a critical extension that nobody knows. */
const elements: readonly string[] = [
  '0500',
  '0101ff',
  '010100',
  '010101',
  '3000',
  '3100',
  '0200',
  '020100',
  '0201ff',
  '300d06092a864886f70d01010b0500',
  '300906052b0e03021a0500',
  '300a06032a03040101ff0400',
  'a003020103',
];

function spoiled(value: Uint8Array, random: Random): Uint8Array {
  if (value.length === 0) return random.bytes(1 + random.below(4));
  const copy = Buffer.from(value);
  const place = random.below(copy.length);
  copy[place] = random.pick([0, 0xff, 0x80, (copy[place] ?? 0) ^ (1 << random.below(8))]);
  return random.pick([copy, copy.subarray(1), copy.subarray(0, place), Buffer.concat([copy, random.bytes(1)])]);
}

function nested(der: Uint8Array, random: Random): Uint8Array {
  const depth = 1 + random.below(200);
  const tag = random.pick([0x30, 0x31, 0xa0]);
  return Array.from({ length: depth }).reduce<Uint8Array>((inner) => element(tag, inner), der);
}

/** The same contents after another length: too long, too short, with zeros before it, indefinite, huge. */
function otherLength(node: Node, random: Random): Uint8Array {
  const [value, { length }] = [contents(node), contents(node)];
  const lengths = ['80', '00', '8100', '820001', 'ff', '84ffffffff', '887fffffffffffffff'].map((hex) => Buffer.from(hex, 'hex'));
  const shifted = [lengthOf(length + 1), lengthOf(Math.max(0, length - 1)), Buffer.of(0x83, 0, length >> 8, length & 0xff)];
  return Buffer.concat([Buffer.of(node.tag), random.pick([...lengths, ...shifted]), value]);
}

/** The bytes with one element in them replaced by what `change` makes of it; as they are when they are no DER. */
function changed(bytes: Uint8Array, random: Random, change: (node: Node) => readonly Uint8Array[]): Uint8Array {
  const roots = parse(bytes);
  if (roots === undefined || roots.length === 0) return bytes;
  const chosen = random.pick(all(roots));
  const write = (node: Node): readonly Uint8Array[] =>
    node === chosen ? change(node) : [node.parts.length === 0 ? print(node) : element(node.tag, node.before, ...node.parts.flatMap(write))];
  return Buffer.concat(roots.flatMap(write));
}

function picked(bytes: Uint8Array, random: Random): Node {
  return random.pick(all(parse(bytes) ?? [{ tag: 5, before: Buffer.of(), value: Buffer.of(), parts: [] }]));
}

function all(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => [node, ...all(node.parts)]);
}

const deepest = 60;

/** Elements one after another; undefined when the bytes are something else. */
function parse(bytes: Uint8Array, depth = 0): readonly Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, first = 0x80] = bytes.subarray(at, at + 2);
    const count = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || count > 3 || (tag & 0x1f) === 0x1f) return undefined;
    const start = at + 2 + count;
    const length = count === 0 ? first : Buffer.from(bytes.subarray(at + 2, start)).reduce((sum, byte) => sum * 256 + byte, 0);
    if (start + length > bytes.length) return undefined;
    nodes.push(nodeOf(tag, bytes.subarray(start, start + length), depth));
    at = start + length;
  }
  return nodes;
}

function nodeOf(tag: number, value: Uint8Array, depth: number): Node {
  const bits = tag === 0x03 && value[0] === 0 ? 1 : 0;
  const before = value.subarray(0, bits);
  const holds = (tag & 0x20) !== 0 || tag === 0x04 || bits === 1;
  const parts = holds && depth < deepest ? parse(value.subarray(bits), depth + 1) : undefined;
  return { tag, before, value, parts: parts ?? [] };
}

function print(node: Node): Uint8Array {
  return element(node.tag, contents(node));
}

function contents({ before, value, parts }: Node): Uint8Array {
  return parts.length === 0 ? value : Buffer.concat([before, ...parts.map(print)]);
}

function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(value.length), value]);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  return length < 0x10000
    ? Buffer.of(0x82, length >> 8, length & 0xff)
    : Buffer.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}
