// PKCS#11 URIs (RFC 7512): which module, which token, which key in it.
import { NotationError } from '../../core/error.ts';

/** What a URI says; everything that it does not say is absent. */
export interface Pkcs11Uri {
  readonly token: TokenWish;
  readonly key: KeyWish;
  readonly modulePath?: string;
  /** Of the module's file, without folder and ending. */
  readonly moduleName?: string;
  /** Path of the file that holds the PIN. */
  readonly pinFile?: string;
}

/** How a token is told from others. */
export interface TokenWish {
  readonly label?: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly slotId?: number;
}

/** How a key is told from others; `id` is CKA_ID in lower-case hexadecimal. */
export interface KeyWish {
  readonly label?: string;
  readonly id?: string;
}

const pathNames = ['token', 'serial', 'manufacturer', 'model', 'slot-id', 'object', 'id', 'type'];
/** They tell modules apart, which a path does better; they are understood, and not compared. */
const passedOver = ['library-manufacturer', 'library-description', 'library-version', 'slot-manufacturer', 'slot-description'];
const queryNames = ['module-path', 'module-name', 'pin-source'];

/** Reads `pkcs11:token=…;object=…?module-path=…`. @throws NotationError `KEY_NOT_FOUND` for what is none; `CONFIG` for a PIN in it */
export function parsePkcs11Uri(keyId: string): Pkcs11Uri {
  const [, path = '', query = ''] =
    /^pkcs11:([^?#]*)(?:\?([^#]*))?$/i.exec(keyId) ?? refuse('a URI that begins with pkcs11:', 'something else');
  const attributes = readAttributes(path, ';', [...pathNames, ...passedOver]);
  const more = readAttributes(query, '&', queryNames);
  const type = attributes.get('type')?.toString('utf8') ?? 'private';
  if (type !== 'private') refuse('type=private', `type=${type}`);
  const text = (name: string) => attributes.get(name)?.toString('utf8');
  return {
    token: {
      ...given('label', text('token')),
      ...given('serial', text('serial')),
      ...given('manufacturer', text('manufacturer')),
      ...given('model', text('model')),
      ...given('slotId', slotIdOf(text('slot-id'))),
    },
    key: { ...given('label', text('object')), ...given('id', attributes.get('id')?.toString('hex')) },
    ...given('modulePath', more.get('module-path')?.toString('utf8')),
    ...given('moduleName', more.get('module-name')?.toString('utf8')),
    ...given('pinFile', pinFileOf(more.get('pin-source')?.toString('utf8'))),
  };
}

function given<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: V });
}

/** Values are bytes, percent-encoded; an attribute stands at most once (RFC 7512 §2.3). */
function readAttributes(text: string, separator: string, known: readonly string[]): ReadonlyMap<string, Buffer> {
  const attributes = new Map<string, Buffer>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const [name, value] = splitOnce(part);
    if (name === 'pin-value') throw pinInUri();
    if (value === undefined || attributes.has(name))
      refuse('attributes as in token=NAME, each once', `another form of ${JSON.stringify(name)}`);
    // Vendors' attributes begin with x- (RFC 7512 §2.3); what they narrow down is not known here.
    if (!known.includes(name)) refuse(`the attributes ${known.join(', ')}`, JSON.stringify(name));
    attributes.set(name, decode(value));
  }
  return attributes;
}

function splitOnce(part: string): readonly [string, string | undefined] {
  const at = part.indexOf('=');
  return at === -1 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
}

function decode(value: string): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(value)) refuse('percent signs before two hexadecimal digits', 'another one');
  const pieces = [...value.matchAll(/%([0-9a-f]{2})|([^%]+)/gi)];
  return Buffer.concat(pieces.map(([, hex, text]) => (hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex, 'hex'))));
}

function slotIdOf(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  return refuse('slot-id=NUMBER', 'something else');
}

function pinFileOf(source: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  const path = source.startsWith('file:') ? (URL.parse(source)?.pathname ?? '') : source;
  if (path.startsWith('/')) return decodeURIComponent(path);
  return refuse('pin-source=file:/PATH', 'something else');
}

function pinInUri(): NotationError {
  return new NotationError('CONFIG', 'key id: expected no PIN in it, found pin-value', {
    hint: 'notation keeps and logs key ids in clear text: name a variable with pin_env, or a file with pin_file or pin-source',
  });
}

function refuse(expected: string, found: string): never {
  throw new NotationError('KEY_NOT_FOUND', `key id: expected ${expected}, found ${found}`, {
    hint: 'write pkcs11:token=TOKEN;object=LABEL, or id=%01 for a key id in hexadecimal; RFC 7512',
  });
}
