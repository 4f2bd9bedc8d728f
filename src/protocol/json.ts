import { NotationError } from '../core/error.ts';

/** A JSON object as it came: own members only, nothing known about them. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses one JSON value from UTF-8 bytes, strictly: no invalid UTF-8, no byte order mark, no trailing bytes, no member twice.
 * Duplicate members are refused because two readers could believe different ones.
 * @throws NotationError `REQUEST`, naming `what`.
 */
export async function parseJson(bytes: Uint8Array, what: string): Promise<unknown> {
  const text = decodeUtf8(bytes, what);
  const value = parseText(text, what);
  // What serialises back to the same text cannot hold a member twice; notation's own requests all do.
  if (serialise(value, what) !== text.trim()) await refuseDuplicates(bytes, what);
  return value;
}

/** The value as an object. @throws NotationError `REQUEST` for arrays, `null` and primitives. */
export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new NotationError('REQUEST', `${what}: expected a JSON object, found ${nameOf(value)}`);
}

/** "an array", "null", "a number": what a JSON value is, for messages. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new NotationError('REQUEST', `${what}: expected UTF-8, found bytes that are not`, { cause });
  }
}

function parseText(text: string, what: string): unknown {
  if (text.trim() === '') throw new NotationError('REQUEST', `${what}: expected one JSON object, found nothing`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own sentence quotes the input, which may hold anything: it stays out of ours.
    throw new NotationError('REQUEST', `${what}: expected one JSON object, found text that is not valid JSON`, { cause });
  }
}

/** Parsing needs no stack, serialising does. */
function serialise(value: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new NotationError('REQUEST', `${what}: JSON nested too deeply`, { cause });
  }
}

async function refuseDuplicates(bytes: Uint8Array, what: string): Promise<void> {
  const { decode } = await import('cborg/json');
  try {
    decode(bytes, { rejectDuplicateMapKeys: true });
  } catch (cause) {
    if (cause instanceof RangeError) throw new NotationError('REQUEST', `${what}: JSON nested too deeply`, { cause });
    throw new NotationError('REQUEST', `${what}: expected each JSON member once, found one twice`, { cause });
  }
}
