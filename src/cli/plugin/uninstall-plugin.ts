import { NotationError } from '../../core/error.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { withPluginWorkshop } from '../../store/plugin-changes.ts';
import { checkPluginFolder, pluginPlace } from '../../store/plugins.ts';
import type { ToolContext } from '../context.ts';
import { confirm } from '../voice/confirm.ts';
import { printable } from '../voice/fields.ts';

/**
 * Removes a plugin's folder, once it is confirmed.
 * @param confirmed whether nobody need be asked
 * @throws NotationError `REQUEST` for what is no name, `FILE` when there is no such plugin or it cannot be removed
 */
export async function uninstallPlugin(name: string, confirmed: boolean, context: ToolContext): Promise<number> {
  const directories = directoriesOf(context);
  const { folder, executable } = pluginPlace(directories, name, context.platform);
  await checkPluginFolder(folder);
  if ((await disk.look(executable)) === undefined) throw absent(name);
  if (!confirmed && !confirm(`Are you sure you want to uninstall plugin ${JSON.stringify(name)}?`, context)) return 0;
  const removed = await withPluginWorkshop(directories, ({ remove }) => remove(name));
  if (!removed) throw absent(name);
  context.out(`Successfully uninstalled plugin ${printable(name)}\n`);
  return 0;
}

function absent(name: string): NotationError {
  return new NotationError('FILE', `unable to find plugin ${name}`, {
    hint: 'To view a list of installed plugins, use `notation-ts-kms plugin list`',
  });
}
