import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import type { Files, NamedKeyPair, NamedKeys } from '../core/ports.ts';
import { malformedConfig, readConfigFile } from './config-file.ts';
import type { Directories } from './directories.ts';

const what = 'signingkeys.json';

/** One entry of notation's signingkeys.json: a local pair, or a key of a plugin. Members this program does not know are kept. */
export type SigningKey = { readonly name: string } & Readonly<Record<string, unknown>>;

/** notation's signingkeys.json. */
export interface SigningKeys {
  readonly default?: string;
  readonly keys: readonly SigningKey[];
}

/** Where the list is. */
export function signingKeysPath(directories: Directories): string {
  return join(directories.config, what);
}

/** Reads the list; an absent file is an empty list. @throws NotationError `CONFIG` when it is malformed, `FILE` when it is a link or unreadable. */
export async function readSigningKeys(path: string, files: Files): Promise<SigningKeys> {
  return checked((await readConfigFile(path, what, files)) ?? {}, path);
}

/** Looks local key pairs up by name. An entry with both paths is a local pair, whatever else it has; as in notation, the pair wins over a plugin's members. */
export function namedKeys(directories: Directories, files: Files): NamedKeys {
  return async (name) => {
    const { keys } = await readSigningKeys(signingKeysPath(directories), files);
    const found = keys.find((key) => key.name === name);
    return found === undefined ? undefined : pairOf(found);
  };
}

/** Checks that the list has no key of this name. @throws NotationError `CONFIG` when the name is taken. */
export function checkKeyNameIsFree({ keys }: SigningKeys, name: string): void {
  if (!keys.some((key) => key.name === name)) return;
  throw new NotationError('CONFIG', `signing key with name ${JSON.stringify(name)} already exists`, { hint: 'choose another name' });
}

function pairOf(key: SigningKey): NamedKeyPair {
  const { keyPath, certPath } = key;
  if (typeof keyPath === 'string' && typeof certPath === 'string' && keyPath !== '' && certPath !== '') return { keyPath, certPath };
  throw new NotationError('KEY_NOT_FOUND', `the key ${JSON.stringify(key.name)} in signingkeys.json has no key file and certificate file`, {
    hint: 'it belongs to a plugin: give that plugin its id, or name a local key pair',
  });
}

type JsonObject = Readonly<Record<string, unknown>>;

function checked(value: unknown, path: string): SigningKeys {
  if (!isObject(value)) throw malformedConfig(path, what, 'expected an object');
  const { default: chosen, keys: listed, ...others } = value;
  const keys = checkKeys(listed ?? [], path);
  const names = keys.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw malformedConfig(path, what, `multiple keys with name '${repeated}' found`);
  if (chosen === undefined || chosen === null) return { ...others, keys };
  if (chosen === '') throw malformedConfig(path, what, 'default key name cannot be empty');
  if (typeof chosen !== 'string') throw malformedConfig(path, what, 'expected "default" to be a text');
  if (!names.includes(chosen)) throw malformedConfig(path, what, `default key '${chosen}' not found`);
  return { ...others, default: chosen, keys };
}

function checkKeys(keys: unknown, path: string): readonly SigningKey[] {
  if (!Array.isArray(keys) || !keys.every(isSigningKey)) {
    throw malformedConfig(path, what, 'expected "keys" to be a list of objects whose members are texts');
  }
  if (keys.some(({ name }) => !name)) throw malformedConfig(path, what, 'key name cannot be empty');
  return keys;
}

/** As Go reads it: what is absent is empty. */
function isSigningKey(value: unknown): value is SigningKey {
  if (!isObject(value)) return false;
  const { pluginConfig } = value;
  const texts = ['name', 'keyPath', 'certPath', 'id', 'pluginName'].map((member) => value[member] ?? '');
  const options = isObject(pluginConfig ?? {}) ? Object.values(pluginConfig ?? {}) : [undefined];
  return [...texts, ...options].every((text) => typeof text === 'string');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
