// notation's list of signing keys.
import { NotationError } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { pluginPlace } from '../../store/plugins.ts';
import { changeSigningKeys, withDefault, withKey, withoutKeys } from '../../store/signing-key-changes.ts';
import { readSigningKeys, type SigningKey, signingKeysPath } from '../../store/signing-keys.ts';
import type { ToolContext } from '../context.ts';
import { parsePairs } from '../line/pairs.ts';
import { printable } from '../voice/fields.ts';
import { printTable } from '../voice/table.ts';

/** Prints the list, the default marked with `*`. */
export async function listKeys(context: ToolContext): Promise<number> {
  const { default: chosen, keys } = await readSigningKeys(listPath(context), disk);
  const rows = keys.map((key) => toRow(key, key.name === chosen));
  context.out(printTable([['NAME', 'KEY PATH', 'CERTIFICATE PATH', 'ID', 'PLUGIN NAME'], ...rows]));
  return 0;
}

export interface AddKey {
  readonly name: string;
  readonly plugin: string;
  readonly id: string;
  readonly pluginConfig: readonly string[];
  readonly asDefault: boolean;
}

/** Adds a key of a plugin, which must be installed unless it is this program. @throws NotationError `REQUEST`, `CONFIG`, `FILE` */
export async function addKey({ name, plugin, id, pluginConfig, asDefault }: AddKey, context: ToolContext, log: Log): Promise<number> {
  const options = Object.fromEntries(parsePairs('plugin-config', pluginConfig));
  log('debug', `Adding key with name ${name} and plugin name ${plugin}`);
  if (name === '') throw new NotationError('REQUEST', 'key name cannot be empty');
  if (id === '') throw new NotationError('REQUEST', 'missing key id', { hint: 'name the key with --id' });
  await checkPlugin(plugin, context);
  const key = { name, id, pluginName: plugin, pluginConfig: options };
  await changeSigningKeys(listPath(context), disk, (list) => withKey(list, key, asDefault));
  log('debug', `Added key with name ${name}`);
  context.out(`${printable(name)}${asDefault ? ': marked as default' : ''}\n`);
  return 0;
}

/** Makes a key the default when asked; otherwise there is nothing to update. @throws NotationError `KEY_NOT_FOUND`, `CONFIG`, `FILE` */
export async function updateKey(name: string, asDefault: boolean, context: ToolContext, log: Log): Promise<number> {
  if (!asDefault) {
    log('warn', 'nothing to update: give --default');
    return 0;
  }
  await changeSigningKeys(listPath(context), disk, (list) => withDefault(list, name));
  context.out(`${printable(name)}: marked as default\n`);
  return 0;
}

/** Takes keys from the list, all or none; what they are the names of stays. @throws NotationError `KEY_NOT_FOUND`, `CONFIG`, `FILE` */
export async function deleteKeys(names: readonly string[], context: ToolContext): Promise<number> {
  const { default: chosen } = await changeSigningKeys(listPath(context), disk, (list) => withoutKeys(list, names));
  const [only, ...others] = names.map((name) => ({ name: printable(name), isDefault: name === chosen }));
  if (only !== undefined && others.length === 0) {
    const what = only.isDefault ? 'default key ' : '';
    context.out(`Removed ${what}${only.name} from Notation signing key list. The source key still exists.\n`);
  } else {
    context.out('Removed the following keys from Notation signing key list. The source keys still exist.\n');
    for (const { name, isDefault } of only === undefined ? [] : [only, ...others]) context.out(`${name}${isDefault ? ' (default)' : ''}\n`);
  }
  return 0;
}

function listPath(context: ToolContext): string {
  return signingKeysPath(directoriesOf(context));
}

function toRow({ name, ...members }: SigningKey, isDefault: boolean): readonly string[] {
  const texts = ['keyPath', 'certPath', 'id', 'pluginName'].map((member) => String(members[member] ?? ''));
  return [`${isDefault ? '* ' : ''}${name}`, ...texts];
}

/** notation looks whether the file is there, and does not run it. This program need not be installed to sign with its own keys. */
async function checkPlugin(name: string, context: ToolContext): Promise<void> {
  if (name === '') throw new NotationError('REQUEST', 'plugin name cannot be empty');
  if (name === context.metadata.name) return;
  if (/[/\\\0]/.test(name)) throw new NotationError('REQUEST', `plugin ${JSON.stringify(name)}: expected a name, found a path`);
  const { executable } = pluginPlace(directoriesOf(context), name, context.platform);
  const facts = await disk.look(executable);
  if (facts?.kind === 'file') return;
  const problem =
    facts === undefined ? `either not found or inaccessible: stat ${executable}: no such file or directory` : 'not a regular file';
  throw new NotationError('FILE', `plugin executable file is ${problem}`, {
    hint: 'notation plugin list shows the plugins that there are',
  });
}
