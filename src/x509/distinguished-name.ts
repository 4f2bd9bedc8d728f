// Distinguished names as people write them: RFC 4514 as go-ldap reads it, and notation's strict form for trusted identities.
// Trust policy specification § Trusted Identities Constraints.
import { NotationError } from '../core/error.ts';
import { Cursor } from './asn1/der.ts';
import { decodeString, decodeUtf8 } from './asn1/der-string.ts';

/** One attribute as written: `type` is a short name or dotted object identifier in the writer's case. */
export interface WrittenAttribute {
  readonly type: string;
  readonly value: string;
}

/** Attribute types (upper case, `ST` for `S`) and their values, one each. */
export type Identity = ReadonlyMap<string, string>;

/**
 * Reads an RFC 4514 name, first attribute first; `;` separates like `,`, and a blank text is the empty name.
 * @throws NotationError `CERTIFICATE` saying what is wrong with it.
 */
export function parseDistinguishedName(text: string): readonly (readonly WrittenAttribute[])[] {
  if (text.trim() === '') return [];
  return split(text, ',;').map((rdn) => split(rdn, '+').map((pair) => parsePair(pair, text)));
}

/**
 * Reads the name of a trusted identity or of a leaf's printed subject: C, ST (or S) and O present, every attribute once
 * and alone in its place, no hexadecimal values. Type names must be upper case, because they are compared as they are.
 * @throws NotationError `CERTIFICATE` naming the broken rule (trust policy specification § Trusted Identities Constraints).
 */
export function parseIdentity(text: string): Identity {
  if (text.includes('=#')) throw refused(text, 'expected values as text, found a hexadecimal one ("=#")');
  const identity = new Map<string, string>();
  for (const rdn of parseDistinguishedName(text)) {
    const [attribute, second] = rdn;
    if (second) throw refused(text, 'expected one attribute in each place, found several joined by "+"');
    if (attribute) addAttribute(identity, attribute, text);
  }
  for (const type of ['C', 'ST', 'O']) {
    if (!identity.get(type)) throw refused(text, `expected C, ST and O at least, found no ${type}`);
  }
  return identity;
}

/** Whether every attribute of `identity` is in `subject` with exactly that value. */
export function isSubset(identity: Identity, subject: Identity): boolean {
  return [...identity].every(([type, value]) => subject.get(type) === value);
}

function addAttribute(identity: Map<string, string>, { type, value }: WrittenAttribute, text: string): void {
  const canonical = type === 'S' ? 'ST' : type;
  if (identity.has(canonical)) throw refused(text, `expected every attribute once, found ${canonical} twice`);
  identity.set(canonical, value);
}

// A backslash takes the next character with it, whatever it is.
function split(text: string, separators: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (separators.includes(text[i] ?? '')) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parsePair(pair: string, text: string): WrittenAttribute {
  const [head = '', second] = split(pair, '=');
  const type = unescapeText(head, text);
  if (second === undefined || type === '') throw refused(text, `expected type=value, found "${pair.trim()}"`);
  const value = pair.slice(head.length + 1);
  return { type, value: value.startsWith('#') ? decodeHexValue(value.slice(1), text) : unescapeText(value, text) };
}

// RFC 4514 §2.4: "#" and the BER of the value, here of a string.
function decodeHexValue(digits: string, text: string): string {
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) throw refused(text, `expected pairs of hexadecimal digits after "#", found "${digits}"`);
  const cursor = new Cursor(Buffer.from(digits, 'hex'), `distinguished name "${text}"`);
  const element = cursor.any();
  cursor.end();
  const value = element.tag === 0x04 ? decodeUtf8(element.value) : decodeString(element.tag, element.value);
  if (value === undefined) throw refused(text, `expected a string after "#", found "${digits}"`);
  return value;
}

/** Characters that RFC 4514 §3 allows after a backslash; anything else there is a byte in two hexadecimal digits. */
const special = ' "#+,;<=>\\';

function unescapeText(written: string, text: string): string {
  const trimmed = trimSpaces(written);
  const bytes = trimmed.match(/\\[0-9a-fA-F]{2}|\\.|\\$|[^\\]+/gsu)?.map((part) => unescapePart(part, text)) ?? [];
  const value = decodeUtf8(Buffer.concat(bytes));
  if (value === undefined) throw refused(text, 'expected UTF-8, found other bytes');
  return value;
}

function unescapePart(part: string, text: string): Uint8Array {
  if (!part.startsWith('\\')) {
    const unescaped = /[";<>\0]/.exec(part)?.[0];
    if (unescaped !== undefined) throw refused(text, `expected ${JSON.stringify(unescaped)} to be escaped, found it bare`);
    return Buffer.from(part, 'utf8');
  }
  if (part.length === 3) return Buffer.from(part.slice(1), 'hex');
  if (part.length === 2 && special.includes(part.slice(1))) return Buffer.from(part.slice(1), 'latin1');
  throw refused(text, `expected a special character or two hexadecimal digits after "\\", found "${part}"`);
}

// Spaces around a value mean nothing, but for the one that an odd run of backslashes escapes.
function trimSpaces(written: string): string {
  const trimmed = written.replace(/^ +| +$/g, '');
  const backslashes = /\\*$/.exec(trimmed)?.[0].length ?? 0;
  return backslashes % 2 === 1 && written.endsWith(' ') ? `${trimmed} ` : trimmed;
}

/** The error of a name that breaks a rule. */
export function refused(text: string, problem: string): NotationError {
  return new NotationError(
    'CERTIFICATE',
    `distinguished name ${JSON.stringify(text)}: ${problem} (trust policy § Trusted Identities Constraints)`,
    {
      hint: 'write it as in "C=US, ST=WA, O=example.com, CN=release", with the type names in upper case and \\ before a comma',
    },
  );
}
