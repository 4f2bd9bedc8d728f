import { type ErrorCode, NotationError } from './error.ts';

/** A JSON object as it came: own members only, nothing known about them. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** How deeply arrays and objects may lie in each other. */
const deepest = 1000;

/**
 * Parses one JSON value from UTF-8 bytes, strictly: no invalid UTF-8, no byte order mark, no trailing bytes, no member twice,
 * no more than 1000 levels and `most` values, so that it costs no more memory than its length suggests.
 * Duplicate members are refused because two readers could believe different ones.
 * @throws NotationError `code`, naming `what`.
 */
export function parseJson(bytes: Uint8Array, what: string, code: ErrorCode = 'REQUEST', most = 1_000_000): unknown {
  const wrong = (problem: string, cause?: unknown) => new NotationError(code, `${what}: ${problem}`, { cause });
  const text = decodeUtf8(bytes, wrong);
  if (text.trim() === '') throw wrong('expected one JSON object, found nothing');
  try {
    checkStructure(text, most, wrong);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof NotationError) throw cause;
    // The parser's own sentence quotes the input, which may hold anything: it stays out of ours.
    throw wrong('expected one JSON object, found text that is not valid JSON', cause);
  }
}

/** The value as an object. @throws NotationError `code` for arrays, `null` and primitives. */
export function asObject(value: unknown, what: string, code: ErrorCode = 'REQUEST'): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new NotationError(code, `${what}: expected a JSON object, found ${nameOf(value)}`);
}

/** "an array", "null", "a number": what a JSON value is, for messages. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

type Wrong = (problem: string, cause?: unknown) => NotationError;

function decodeUtf8(bytes: Uint8Array, wrong: Wrong): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw wrong('expected UTF-8, found bytes that are not', cause);
  }
}

/**
 * Walks over the text once and without a stack, before anything is built of it: JSON.parse keeps the last of several members silently.
 * What is no JSON passes here, and fails there. @throws SyntaxError for a name that is no JSON
 */
function checkStructure(text: string, most: number, wrong: Wrong): void {
  const open: (Set<string> | undefined)[] = [];
  let nameIsNext = false;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && nameIsNext) addName(names, text.slice(at, end + 1), wrong);
      nameIsNext = false;
      at = end;
    } else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? new Set() : undefined);
      nameIsNext = true;
      count += 1;
      if (open.length > deepest) throw wrong('JSON nested too deeply');
    } else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',') {
      nameIsNext = true;
      count += 1;
    }
    if (count > most) throw wrong(`expected at most ${most} JSON values, found more`);
  }
}

function addName(names: Set<string>, quoted: string, wrong: Wrong): void {
  const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  if (names.has(name)) throw wrong('expected each JSON member once, found one twice');
  names.add(name);
}

/** Where the string that begins at `start` has its closing quote: the first that no odd number of backslashes stands before. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === '\\') first -= 1;
    if ((quote - first) % 2 === 0) return quote;
  }
  return text.length;
}
