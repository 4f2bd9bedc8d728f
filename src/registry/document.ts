// The JSON of registries and layouts: read strictly as JSON, tolerant of members that nobody here knows, written as Go writes it.
import { NotationError } from '../core/error.ts';
import { escapeAsGo } from '../core/go-json.ts';
import { asObject, type JsonObject, nameOf, parseJson } from '../core/json.ts';

export type { JsonObject } from '../core/json.ts';

/** Bytes that a manifest or an index may have (notation's limit). */
export const manifestLimit: number = 4 << 20;

/**
 * One JSON object of at most `limit` bytes: UTF-8, nothing after it, no member twice.
 * @throws NotationError `MANIFEST`, naming `what`
 */
export function readDocument(bytes: Uint8Array, what: string, limit: number = manifestLimit): JsonObject {
  if (bytes.length > limit) throw malformed(what, `at most ${limit} bytes`, `${bytes.length}`);
  return asObject(parseJson(bytes, what, 'MANIFEST'), what, 'MANIFEST');
}

/**
 * The bytes that Go's `json.Marshal` makes of the value: no white space, `<`, `>`, `&` and the two line separators escaped. Members stay in
 * their order: those of a Go map must come sorted (`sortedByName`).
 */
export function encodeDocument(value: unknown): Uint8Array {
  return Buffer.from(escapeAsGo(JSON.stringify(value)));
}

/** A member that is an object. @throws NotationError `MANIFEST` */
export function objectAt(value: unknown, what: string): JsonObject {
  return asObject(value, what, 'MANIFEST');
}

/** A member that is a list; none when it is absent or `null`, as which Go writes an empty one. @throws NotationError `MANIFEST` */
export function listAt(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw malformed(what, 'a list', nameOf(value));
}

/** Checks `schemaVersion` and, where it is stated, `mediaType`. @throws NotationError `MANIFEST` */
export function checkKind(document: JsonObject, mediaType: string, what: string): void {
  const { schemaVersion, mediaType: stated } = document;
  if (schemaVersion !== 2) throw malformed(what, 'schemaVersion 2', shown(schemaVersion));
  if (stated !== undefined && stated !== mediaType) throw malformed(what, `media type ${mediaType}`, shown(stated));
}

/** The error of a document that breaks a rule. */
export function malformed(what: string, expected: string, found: string): NotationError {
  return new NotationError('MANIFEST', `${what}: expected ${expected}, found ${found}`);
}

/** A text in quotes, cut short; the kind of anything else: it came from others. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : nameOf(value);
}
