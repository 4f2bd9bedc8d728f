import { lstat } from 'node:fs/promises';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import { encodeMetadataRequest, type PluginMetadata, parseMetadata } from '../protocol/hosted/metadata.ts';
import type { PluginConfig } from '../protocol/request.ts';
import { calledOf, callPlugin, type PluginBounds, type PluginFile } from './call.ts';

/**
 * Asks a plugin what it is; every workflow asks anew (PLG-035). The executable may be anywhere. It must be a regular file, not a link
 * (PLG-008; notation follows links), and say the name that it is known by.
 * @param pluginConfig an empty one is not sent, as notation does
 * @throws NotationError `FILE` when there is no such plugin, `UNAVAILABLE` when its metadata breaks a rule, and what running it throws
 */
export async function askMetadata(plugin: PluginFile, pluginConfig: PluginConfig, bounds: PluginBounds): Promise<PluginMetadata> {
  await checkExecutable(plugin);
  const response = await callPlugin(plugin, 'get-plugin-metadata', encodeMetadataRequest(pluginConfig), bounds);
  return parseMetadata(response, plugin.name, calledOf(plugin, 'get-plugin-metadata'));
}

async function checkExecutable({ name, executable }: PluginFile): Promise<void> {
  const facts = await lstat(executable).catch((cause: unknown) => {
    if (!isAbsent(cause)) throw fileError(`plugin ${JSON.stringify(name)}: ${executable} cannot be looked at`, cause);
    throw new NotationError('FILE', `plugin ${JSON.stringify(name)}: expected ${executable}, found nothing there`, {
      hint: 'install the plugin, with plugin install of this program or of notation: they use the same folder',
    });
  });
  if (facts.isFile()) return;
  const found = facts.isSymbolicLink() ? 'a symbolic link' : 'another kind of file';
  throw new NotationError('FILE', `plugin ${JSON.stringify(name)}: expected ${executable} to be a regular file, found ${found}`, {
    hint: 'put the executable itself there (plugin-extensibility.md § Plugin installation path)',
  });
}
