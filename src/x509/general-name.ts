// GeneralName (RFC 5280 §4.2.1.6): the forms of names that certificates carry beside their subject.
import type { Der } from '../core/bytes.ts';
import { type Element, malformed, readMany, readOnly, readSequence, tag } from './asn1/der.ts';
import { decodeString } from './asn1/der-string.ts';
import { type Name, parseNameDer } from './name.ts';

export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly text: string }
  | { readonly kind: 'directory'; readonly name: Name }
  /** Four or sixteen bytes; in a constraint, twice as many: the address and its mask. */
  | { readonly kind: 'address'; readonly bytes: Uint8Array }
  /** What nobody here looks into; `tag` is its identifier octet. */
  | { readonly kind: 'other'; readonly tag: number };

/**
 * Reads one name, as an element that was read before.
 * @throws NotationError `CERTIFICATE`, naming `what`, for a malformed one
 */
export function parseGeneralName(element: Element, what: string): GeneralName {
  const kind = kinds.get(element.tag);
  if (kind === 'directory') return { kind, name: parseNameDer(readOnly(element.value, tag.sequence, what).der, what) };
  if (kind === 'address') return { kind, bytes: element.value };
  if (kind === undefined) return { kind: 'other', tag: element.tag };
  const text = decodeString(tag.ia5String, element.value);
  if (text === undefined) throw malformed(what, `expected a name of kind ${kind} in ASCII, found other characters`);
  return { kind, text };
}

/** Reads GeneralNames: at least one. @throws NotationError `CERTIFICATE` */
export function parseGeneralNames(der: Der, what: string): readonly GeneralName[] {
  const names = readSequence(der, what, (fields) => readMany(fields, () => parseGeneralName(fields.any(), what)));
  if (names.length === 0) throw malformed(what, 'expected at least one name, found none');
  return names;
}

/** By identifier octet; only a directoryName is constructed, because a Name is a CHOICE. */
const kinds: ReadonlyMap<number, Exclude<GeneralName['kind'], 'other'>> = new Map([
  [0x81, 'email'],
  [0x82, 'dns'],
  [0xa4, 'directory'],
  [0x86, 'uri'],
  [0x87, 'address'],
]);
