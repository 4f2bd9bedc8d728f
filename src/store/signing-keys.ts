import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import type { Files, NamedKeyPair, NamedKeys } from '../core/ports.ts';
import type { Directories } from './directories.ts';

const keyListLimit = 1 << 20;

/** One entry of notation's signingkeys.json: a local pair, or a key of a plugin. Members this program does not know are kept. */
export type SigningKey = { readonly name: string } & Readonly<Record<string, unknown>>;

/** notation's signingkeys.json. */
export interface SigningKeys {
  readonly default?: string;
  readonly keys: readonly SigningKey[];
}

/** Where the list is. */
export function signingKeysPath(directories: Directories): string {
  return join(directories.config, 'signingkeys.json');
}

/** Reads the list; an absent file is an empty list. @throws NotationError `CONFIG` when it is malformed, `FILE` when it is unreadable. */
export async function readSigningKeys(path: string, files: Files): Promise<SigningKeys> {
  if ((await files.look(path)) === undefined) return { keys: [] };
  const text = Buffer.from(await files.read(path, 'key list', keyListLimit)).toString('utf8');
  try {
    return checked(JSON.parse(text), path);
  } catch (cause) {
    if (cause instanceof NotationError) throw cause;
    throw malformed(path, 'it is not valid JSON', cause);
  }
}

/** Looks local key pairs up by name. An entry with both paths is a local pair, whatever else it has; as in notation, the pair wins over a plugin's members. */
export function namedKeys(directories: Directories, files: Files): NamedKeys {
  return async (name) => {
    const { keys } = await readSigningKeys(signingKeysPath(directories), files);
    const found = keys.find((key) => key.name === name);
    return found === undefined ? undefined : pairOf(found);
  };
}

// Writing is loaded when it is done: the plugin only reads.
/** Adds a key, and makes it the default when asked. @throws NotationError `CONFIG` when the name is taken. */
export async function addSigningKey(path: string, files: Files, key: SigningKey, asDefault: boolean): Promise<void> {
  const list = await checkKeyNameIsFree(path, files, key.name);
  const next = { ...list, ...(asDefault && { default: key.name }), keys: [...list.keys, key] };
  const { writeWhole } = await import('./write.ts');
  await writeWhole(path, JSON.stringify(next, undefined, 4), 0o600);
}

/** The list, which has no key of this name. @throws NotationError `CONFIG` when the name is taken. */
export async function checkKeyNameIsFree(path: string, files: Files, name: string): Promise<SigningKeys> {
  const list = await readSigningKeys(path, files);
  if (!list.keys.some((key) => key.name === name)) return list;
  throw new NotationError('CONFIG', `signing key with name ${JSON.stringify(name)} already exists`, { hint: 'choose another name' });
}

function pairOf(key: SigningKey): NamedKeyPair {
  const { keyPath, certPath } = key;
  if (typeof keyPath === 'string' && typeof certPath === 'string' && keyPath !== '' && certPath !== '') return { keyPath, certPath };
  throw new NotationError('KEY_NOT_FOUND', `the key ${JSON.stringify(key.name)} in signingkeys.json has no key file and certificate file`, {
    hint: 'it belongs to a plugin: give that plugin its id, or name a local key pair',
  });
}

function checked(value: unknown, path: string): SigningKeys {
  const list = value as { readonly default?: unknown; readonly keys?: unknown };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'expected an object');
  const keys = list.keys ?? [];
  if (!Array.isArray(keys) || !keys.every(isSigningKey)) throw malformed(path, 'expected "keys" to be a list of objects with a name');
  if (new Set(keys.map(({ name }) => name)).size !== keys.length) throw malformed(path, 'a key name stands in it twice');
  return { ...list, keys } as SigningKeys;
}

function isSigningKey(value: unknown): value is SigningKey {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && value.name !== '';
}

function malformed(path: string, problem: string, cause?: unknown): NotationError {
  return new NotationError('CONFIG', `malformed signingkeys.json (${path}): ${problem}`, { cause });
}
