import type { PluginFile } from '../../host/call.ts';
import { directoriesOf } from '../../store/directories.ts';
import { pluginPlace } from '../../store/plugins.ts';
import type { ToolContext } from '../context.ts';

/** Where the plugin of a name is, if it is installed. @throws NotationError `REQUEST` for a name that is no file name */
export function pluginFile(name: string, context: ToolContext): PluginFile {
  return { name, executable: pluginPlace(directoriesOf(context), name, context.platform).executable };
}
