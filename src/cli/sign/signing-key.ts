// Which key signs: --key, --id with --plugin, or the default of notation's key list.
import { NotationError } from '../../core/error.ts';
import type { Files } from '../../core/ports.ts';
import type { Directories } from '../../store/directories.ts';
import { readSigningKeys, type SigningKey, signingKeysPath } from '../../store/signing-keys.ts';

export interface SigningKeyWish {
  readonly key: string | undefined;
  readonly id: string | undefined;
  readonly plugin: string | undefined;
  /** By name; it overrides what the key list says. */
  readonly pluginConfig: ReadonlyMap<string, string>;
}

/** A key as its plugin knows it: this program's backends, or another plugin. */
export interface ResolvedKey {
  /** Undefined for this program's own. */
  readonly plugin: string | undefined;
  readonly id: string;
  readonly pluginConfig: ReadonlyMap<string, string>;
}

/**
 * Finds the key that a command is to sign with.
 * @throws NotationError `KEY_NOT_FOUND` for a name that is not in the list or no default, `CONFIG` for a malformed list, `FILE`
 */
export async function resolveSigningKey(wish: SigningKeyWish, directories: Directories, files: Files, own: string): Promise<ResolvedKey> {
  const { key, id, plugin, pluginConfig } = wish;
  if (id !== undefined) return { plugin: otherThan(own, plugin), id, pluginConfig };
  return toResolved(await findKey(key, directories, files), pluginConfig, own);
}

async function findKey(name: string | undefined, directories: Directories, files: Files): Promise<SigningKey> {
  const list = await readSigningKeys(signingKeysPath(directories), files);
  const wanted = name ?? list.default;
  if (wanted === undefined) {
    throw new NotationError('KEY_NOT_FOUND', 'default signing key not set. Please set default signing key or specify a key name', {
      hint: 'name one with --key, --id, or notation-ts-kms key set-default',
    });
  }
  const found = list.keys.find((one) => one.name === wanted);
  if (found !== undefined) return found;
  throw new NotationError('KEY_NOT_FOUND', `signing key ${wanted} not found`, { hint: 'notation-ts-kms key ls lists the names' });
}

/** As in notation, a local pair wins over a plugin's members. */
function toResolved(key: SigningKey, pluginConfig: ReadonlyMap<string, string>, own: string): ResolvedKey {
  const { keyPath, certPath, id, pluginName } = key;
  if (typeof keyPath === 'string' && typeof certPath === 'string' && keyPath !== '') return ofPair(keyPath, certPath, pluginConfig);
  if (typeof id !== 'string' || id === '' || typeof pluginName !== 'string')
    throw new NotationError('CONFIG', `key ${JSON.stringify(key.name)} in signingkeys.json: expected a key pair, or an id and a plugin`);
  return { plugin: otherThan(own, pluginName), id, pluginConfig: new Map([...configOf(key), ...pluginConfig]) };
}

/** A path with a slash is always taken for a path. */
function ofPair(keyPath: string, certPath: string, pluginConfig: ReadonlyMap<string, string>): ResolvedKey {
  const id = /^\/|^[A-Za-z]:[\\/]/.test(keyPath) ? keyPath : `./${keyPath}`;
  return { plugin: undefined, id, pluginConfig: new Map([['cert_chain', certPath], ...pluginConfig]) };
}

/** Reading the list has checked that they are texts. */
function configOf({ pluginConfig }: SigningKey): readonly (readonly [string, string])[] {
  return Object.entries((pluginConfig ?? {}) as Readonly<Record<string, string>>);
}

/** This program opens its own keys by itself, whether it is installed as a plugin or not. */
function otherThan(own: string, plugin: string | undefined): string | undefined {
  return plugin === own ? undefined : plugin;
}
