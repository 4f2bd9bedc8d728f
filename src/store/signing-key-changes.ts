// Changing notation's signingkeys.json; reading it is apart, because the plugin only reads.
import { NotationError } from '../core/error.ts';
import { escapeAsGo, sortedByName } from '../core/go-json.ts';
import type { Files } from '../core/ports.ts';
import { withLockOf } from './lock.ts';
import { checkKeyNameIsFree, readSigningKeys, type SigningKey, type SigningKeys } from './signing-keys.ts';
import { writeWhole } from './write.ts';

/**
 * Reads the list, changes it, and writes it whole, with mode 0600; what other processes of this program do meanwhile waits.
 * @throws NotationError `CONFIG` when it is malformed, `FILE` when it cannot be read or written, and whatever `change` throws
 */
export async function changeSigningKeys(path: string, files: Files, change: (list: SigningKeys) => SigningKeys): Promise<SigningKeys> {
  // What cannot be done is refused before a folder or a lock is made for it.
  change(await readSigningKeys(path, files));
  return withLockOf(path, async () => {
    const before = await readSigningKeys(path, files);
    const after = change(before);
    if (after !== before) await writeWhole(path, print(after), 0o600);
    return before;
  });
}

/** The list with one key more, which is the default when asked. @throws NotationError `CONFIG` when the name is taken, `REQUEST` when it is empty */
export function withKey(list: SigningKeys, key: SigningKey, asDefault: boolean): SigningKeys {
  checkName(key.name);
  checkKeyNameIsFree(list, key.name);
  return { ...list, ...(asDefault && { default: key.name }), keys: [...list.keys, key] };
}

/** The list without the keys; one of them that was the default leaves no default. @throws NotationError `KEY_NOT_FOUND` when one of them is not there, `REQUEST` */
export function withoutKeys(list: SigningKeys, names: readonly string[]): SigningKeys {
  return names.reduce(withoutKey, list);
}

/** The list with another default. @throws NotationError `KEY_NOT_FOUND` when the key is not there, `REQUEST` */
export function withDefault(list: SigningKeys, name: string): SigningKeys {
  checkIsThere(list, name);
  return { ...list, default: name };
}

function withoutKey(list: SigningKeys, name: string): SigningKeys {
  checkIsThere(list, name);
  const { default: chosen, ...others } = list;
  return {
    ...others,
    ...(chosen !== undefined && chosen !== name && { default: chosen }),
    keys: list.keys.filter((key) => key.name !== name),
  };
}

function checkIsThere({ keys }: SigningKeys, name: string): void {
  checkName(name);
  if (keys.some((key) => key.name === name)) return;
  throw new NotationError('KEY_NOT_FOUND', `signing key ${name} not found`, { hint: 'notation-ts-kms key list shows the names' });
}

function checkName(name: string): void {
  if (name === '') throw new NotationError('REQUEST', 'key name cannot be empty');
}

/** As notation writes it: the members that it knows first and in its order, the empty ones left out. */
function print({ default: chosen, keys, ...others }: SigningKeys): string {
  const list = { ...(chosen !== undefined && { default: chosen }), keys: keys.map(inOrder), ...others };
  return `${escapeAsGo(JSON.stringify(list, undefined, 4))}\n`;
}

function inOrder({ name, keyPath, certPath, id, pluginName, pluginConfig, ...others }: SigningKey): SigningKey {
  const options = sortedByName((pluginConfig ?? {}) as Readonly<Record<string, string>>);
  return {
    name,
    ...(keyPath ? { keyPath } : {}),
    ...(certPath ? { certPath } : {}),
    ...(id ? { id } : {}),
    ...(pluginName ? { pluginName } : {}),
    ...(Object.keys(options).length > 0 ? { pluginConfig: options } : {}),
    ...others,
  };
}
