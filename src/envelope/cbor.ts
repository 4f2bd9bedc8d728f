// CBOR (RFC 8949), written in core deterministic encoding and read strictly.
import { type DecodeOptions, decode, encode, rfc8949EncodeOptions, Tagged, type Token, Tokenizer, Type } from 'cborg';
import { malformed } from './codec.ts';

/** Core deterministic encoding (RFC 8949 § 4.2.1): `Map` for maps, `EpochTime` for times. */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, { ...rfc8949EncodeOptions, typeEncoders: { ...rfc8949EncodeOptions.typeEncoders } });
}

/** Seconds since 1970 under tag 1. */
export function epochTime(seconds: number): unknown {
  return new Tagged(1, seconds);
}

/** What is under tag 1; undefined when the value is not tagged so. */
export function readEpochTime(value: unknown): unknown {
  return value instanceof Tagged && value.tag === 1 ? value.value : undefined;
}

/**
 * Decodes one item, maps as `Map`. Refuses bytes left over, indefinite lengths, lengths and numbers in more bytes than they need,
 * a label twice or that is neither text nor a whole number, text that is not UTF-8, whole numbers as floats, NaN, infinities,
 * undefined, tags (but tag 1 when `times` is set), and what is nested too deeply or has too many items.
 * @throws NotationError `ENVELOPE`, naming `what`.
 */
export function decodeCbor(bytes: Uint8Array, what: string, times: boolean): unknown {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return decode(plain, { ...strict, tags: times ? timeTag : {}, tokenizer: new StrictTokenizer(plain, strict) });
  } catch (cause) {
    throw malformed(what, `expected strict CBOR, found ${reasonOf(cause)}`, cause);
  }
}

const strict: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};
const timeTag: NonNullable<DecodeOptions['tags']> = { 1: (content) => new Tagged(1, content()) };

const deepest = 32;
const mostItems = 10_000;

/** What the decoder does not look at, token by token, before any of it is built. */
class StrictTokenizer extends Tokenizer {
  /** How many items each open array, map or tag still waits for. */
  readonly #open: { left: number; readonly kind: 'array' | 'map' | 'tag 1' | 'tag' }[] = [];
  #items = 0;

  override next(): Token {
    const token = super.next();
    this.#items += 1;
    if (this.#items > mostItems) throw new Refusal(`more than ${mostItems} items`);
    this.#checkPlace(token);
    checkText(token);
    this.#follow(token);
    return token;
  }

  #checkPlace({ type, value }: Token): void {
    const around = this.#open.at(-1);
    if (around?.kind === 'map' && around.left % 2 === 0 && !isLabelType(type)) {
      throw new Refusal('a label that is neither text nor a whole number');
    }
    if (Type.equals(type, Type.float) && Number.isInteger(value) && around?.kind !== 'tag 1')
      throw new Refusal('a whole number as a float');
  }

  #follow({ type, value }: Token): void {
    const around = this.#open.at(-1);
    if (around) around.left -= 1;
    if (Type.equals(type, Type.array)) this.#open.push({ left: value, kind: 'array' });
    else if (Type.equals(type, Type.map)) this.#open.push({ left: 2 * value, kind: 'map' });
    else if (Type.equals(type, Type.tag)) this.#open.push({ left: 1, kind: value === 1 ? 'tag 1' : 'tag' });
    if (this.#open.length > deepest) throw new Refusal(`more than ${deepest} levels`);
    while (this.#open.at(-1)?.left === 0) this.#open.pop();
  }
}

function isLabelType(type: Type): boolean {
  return [Type.uint, Type.negint, Type.string].some((one) => Type.equals(one, type));
}

function checkText({ type, byteValue }: Token): void {
  if (!Type.equals(type, Type.string) || byteValue === undefined) return;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(byteValue);
  } catch {
    throw new Refusal('text that is not UTF-8');
  }
}

/** Its message is what was found. */
class Refusal extends Error {}

/** The decoder's own sentences quote the input, which may hold anything: they stay out of ours. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/repeat map key/, 'a label twice'],
  [/indefinite length/, 'an item of indefinite length'],
  [/more bytes than necessary/, 'a number or a length in more bytes than it needs'],
  [/too many terminals/, 'bytes after its end'],
  [/tag not supported/, 'a tag where none belongs'],
  [/undefined values/, 'the value undefined'],
  [/NaN|Infinity/, 'a float that is no number'],
  [/not enough|unexpected end|did not find any|content missing/, 'its end too early'],
];

function reasonOf(cause: unknown): string {
  if (cause instanceof Refusal) return cause.message;
  const message = cause instanceof Error ? cause.message : '';
  return reasons.find(([pattern]) => pattern.test(message))?.[1] ?? 'something else';
}
