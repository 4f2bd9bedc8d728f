// OCI image indexes: a layout's index.json, a referrers tag's index, and what the referrers API answers.
import { descriptorJson, type ListedDescriptor, parseDescriptor } from './descriptor.ts';
import { checkKind, encodeDocument, type JsonObject, listAt, objectAt, readDocument } from './document.ts';
import { imageIndex } from './media-type.ts';

/** One manifest of an index: what this program reads of its descriptor, and the descriptor as it came. */
export interface IndexEntry {
  readonly descriptor: ListedDescriptor;
  readonly json: JsonObject;
}

/** An index, with all that it said. */
export interface IndexDocument {
  readonly entries: readonly IndexEntry[];
  readonly json: JsonObject;
}

/** What an index is expected to be: of OCI's media type, and of at most 4 MiB, unless said otherwise. */
export interface IndexKind {
  readonly mediaType?: string;
  readonly limit?: number;
}

/** An index of nothing. */
export const emptyIndex: IndexDocument = { entries: [], json: { schemaVersion: 2, mediaType: imageIndex, manifests: [] } };

/**
 * Reads an index. Members that nobody here knows are kept for `encodeIndex`.
 * @throws NotationError `MANIFEST`, naming `what`
 */
export function parseIndex(bytes: Uint8Array, what: string, { mediaType = imageIndex, limit }: IndexKind = {}): IndexDocument {
  const json = readDocument(bytes, what, limit);
  checkKind(json, mediaType, what);
  const entries = listAt(json['manifests'], `${what}, manifests`).map((item, at) => parseEntry(item, `${what}, manifests[${at}]`));
  return { entries, json };
}

/** The bytes of an index with these entries; everything else of it is as it came. */
export function encodeIndex({ json }: IndexDocument, entries: readonly IndexEntry[]): Uint8Array {
  return encodeDocument({ ...json, manifests: entries.map((entry) => entry.json) });
}

/** An entry of this program's own. */
export function toEntry(descriptor: ListedDescriptor): IndexEntry {
  return { descriptor, json: descriptorJson(descriptor) };
}

function parseEntry(value: unknown, what: string): IndexEntry {
  return { descriptor: parseDescriptor(value, what), json: objectAt(value, what) };
}
