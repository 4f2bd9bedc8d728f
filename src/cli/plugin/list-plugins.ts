import { NotationError, sentenceOf } from '../../core/error.ts';
import { askMetadata } from '../../host/metadata.ts';
import type { PluginMetadata } from '../../protocol/hosted/metadata.ts';
import { directoriesOf } from '../../store/directories.ts';
import { pluginNames, pluginPlace } from '../../store/plugins.ts';
import type { ToolContext } from '../context.ts';
import { oneLine, printableJson } from '../voice/fields.ts';
import { printTable } from '../voice/table.ts';
import { pluginBounds } from './bounds.ts';

/** A plugin that is installed: what it says of itself, or why it says nothing. */
type Listed = { readonly name: string } & ({ readonly metadata: PluginMetadata } | { readonly error: NotationError });

/** Lists the plugins as notation does; what is wrong with one is told in its line, and fails nothing. @throws NotationError `FILE` */
export async function listPlugins(output: 'text' | 'json', context: ToolContext): Promise<number> {
  const listed = await askAll(pluginNames(directoriesOf(context)), context);
  if (output === 'json') context.out(printableJson({ plugins: listed.map(toJson) }, 2));
  else context.out(printTable([['NAME', 'DESCRIPTION', 'VERSION', 'CAPABILITIES', 'ERROR'], ...listed.map(toRow)]));
  return 0;
}

/** As many at a time as do no harm to a small machine; each has a limit of its own. */
const atOnce = 8;

async function askAll(names: readonly string[], context: ToolContext): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  const queue = names.entries();
  const work = async () => {
    for (const [index, name] of queue) listed[index] = await ask(name, context);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return listed;
}

async function ask(name: string, context: ToolContext): Promise<Listed> {
  try {
    const { executable } = pluginPlace(directoriesOf(context), name, context.platform);
    return {
      name,
      metadata: await askMetadata(
        { name, executable },
        new Map(),
        pluginBounds(context, () => undefined),
      ),
    };
  } catch (error) {
    if (error instanceof NotationError) return { name, error };
    throw error;
  }
}

/** A cell of a table, whatever others may have written into it. */
const longestCell = 400;

function toRow(listed: Listed): readonly string[] {
  const cells =
    'metadata' in listed
      ? [listed.metadata.description, listed.metadata.version, `[${listed.metadata.capabilities.join(' ')}]`, '<nil>']
      : ['', '', '[]', sentenceOf(listed.error)];
  return [listed.name, ...cells].map((cell) => (cell.length > longestCell ? `${oneLine(cell).slice(0, longestCell)}…` : oneLine(cell)));
}

function toJson(listed: Listed): object {
  if ('metadata' in listed) return listed.metadata;
  const { code, message, hint } = listed.error;
  return { name: listed.name, code, error: message, ...(hint !== undefined && { hint }) };
}
