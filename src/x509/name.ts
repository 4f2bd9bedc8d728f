// Distinguished names as certificates hold them (RFC 5280 §4.1.2.4), printed as notation prints them.
// Names as people write them are in distinguished-name.ts.
import type { Der } from '../core/bytes.ts';
import { equalBytes, toHex } from '../core/bytes.ts';
import { Cursor, readMany, readSequence, tag } from './asn1/der.ts';
import { printableString, utf8String } from './asn1/der-encode.ts';
import { type Identity, parseIdentity, refused } from './distinguished-name.ts';

export { isSubset, parseDistinguishedName, parseIdentity } from './distinguished-name.ts';

/** One attribute: `type` is a dotted object identifier. */
export interface Attribute {
  readonly type: string;
  readonly value: string;
}

/** One part of a name; nearly always of one attribute. */
export type RelativeName = readonly Attribute[];

/** A name in the order of its DER; chains need two names that are one to be so byte by byte. */
export interface Name {
  readonly der: Der;
  readonly rdns: readonly RelativeName[];
}

/** Attribute types by the short names that Go prints; everything else prints as its object identifier. */
export const attributeTypes: ReadonlyMap<string, string> = new Map([
  ['C', '2.5.4.6'],
  ['ST', '2.5.4.8'],
  ['L', '2.5.4.7'],
  ['STREET', '2.5.4.9'],
  ['POSTALCODE', '2.5.4.17'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['CN', '2.5.4.3'],
  ['SERIALNUMBER', '2.5.4.5'],
]);

/**
 * Reads an X.501 Name from its DER.
 * @throws NotationError `CERTIFICATE`, naming `what`, when it is malformed or holds a value that is no string.
 */
export function parseNameDer(der: Der, what: string): Name {
  const rdns = readSequence(der, what, (names) => readMany(names, () => parseRelativeName(names, what)));
  return { der, rdns };
}

/**
 * The name as Go's `pkix.Name.String()` prints it, which is what notation shows and matches trusted identities against:
 * last attribute first, the known types in a fixed order, repeated types joined by `+`, and of several common names or
 * serial numbers only the last.
 */
export function printName(name: Name): string {
  const attributes = name.rdns.flat();
  const known = [...attributeTypes].map(([short, type]) => ({ short, values: valuesOf(attributes, type) }));
  const standard = known.filter(({ values }) => values.length > 0).map(({ short, values }) => printKnown(short, values));
  const others = attributes.filter(({ type }) => !knownTypes.has(type)).map(printOther);
  return [...others, ...standard].reverse().join(',');
}

/**
 * The identity of a certificate's subject, for comparing with trusted identities.
 * @throws NotationError `CERTIFICATE` when the subject has an attribute twice, or is not of the form `parseIdentity` reads.
 */
export function identityOf(subject: Name): Identity {
  const types = subject.rdns.flat().map(({ type }) => type);
  const repeated = types.find((type, index) => types.indexOf(type) !== index);
  // Printing keeps the last of several common names; matching by it would let a certificate choose.
  if (repeated !== undefined) throw refused(printName(subject), `expected every attribute once, found ${repeated} twice`);
  return parseIdentity(printName(subject));
}

const knownTypes: ReadonlySet<string> = new Set(attributeTypes.values());
const singleTypes: ReadonlySet<string> = new Set(['2.5.4.3', '2.5.4.5']);

function parseRelativeName(names: Cursor, what: string): RelativeName {
  const attributes = new Cursor(names.read(tag.set).value, what);
  // RFC 5280 §4.1.2.4: at least one attribute in each set.
  const first = parseAttribute(attributes, what);
  return [first, ...readMany(attributes, () => parseAttribute(attributes, what))];
}

function parseAttribute(attributes: Cursor, what: string): Attribute {
  return readSequence(attributes.any().der, what, (fields) => ({ type: fields.oid(), value: fields.string() }));
}

// Go keeps one common name and one serial number, and drops them when empty.
function valuesOf(attributes: readonly Attribute[], type: string): readonly string[] {
  const values = attributes.filter((attribute) => attribute.type === type).map(({ value }) => value);
  return singleTypes.has(type) ? values.slice(-1).filter((value) => value !== '') : values;
}

function printKnown(short: string, values: readonly string[]): string {
  return values.map((value) => `${short}=${escapeValue(value)}`).join('+');
}

// Go encodes the text anew, so the string type of the certificate is not what is shown.
function printOther({ type, value }: Attribute): string {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
  return `${type}=#${toHex(printable ? printableString(value) : utf8String(value))}`;
}

function escapeValue(value: string): string {
  const characters = [...value];
  const last = characters.length - 1;
  return characters.map((character, index) => (mustEscape(character, index, last) ? `\\${character}` : character)).join('');
}

function mustEscape(character: string, index: number, last: number): boolean {
  if (character === ' ') return index === 0 || index === last;
  if (character === '#') return index === 0;
  return ',+"\\<>;'.includes(character);
}

/**
 * Whether two names are one by RFC 5280 §7.1: letter case, the kind of string, and spaces at the ends or in a row do not count.
 * Looser than the bytes, so only where a signature tells besides whose name it is.
 */
export function isSameName(a: Name, b: Name): boolean {
  return equalBytes(a.der, b.der) || comparable(a) === comparable(b);
}

function comparable({ rdns }: Name): string {
  const plain = ({ type, value }: Attribute) => [type, value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ')];
  return JSON.stringify(rdns.map((attributes) => attributes.map((one) => JSON.stringify(plain(one))).toSorted()));
}
