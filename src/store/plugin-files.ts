// Which of the files of a plugin is the plugin (plugin-extensibility.md, "Package and release").
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import { namesIn } from './entry.ts';

/** Of the owner, which is what notation looks at. */
export const executableBit = 0o100;

/** The name that an executable's file name gives its plugin; undefined when it gives none. */
function pluginNameOf(file: string, platform: string): string | undefined {
  const [, name] = (platform === 'win32' ? /^notation-(.+)\.exe$/i : /^notation-(.+)$/).exec(file) ?? [];
  return name;
}

/** The plugin in a folder. */
export interface FoundPlugin {
  readonly name: string;
  readonly executable: string;
}

/**
 * Finds the one executable `notation-{name}` among the files of a folder. As in notation, one that is the only file with such a name and no
 * executable is made one: zip archives of Windows know no such thing.
 * @throws NotationError `FILE` when there is none, or more than one
 */
export async function findPlugin(folder: string, platform: string): Promise<FoundPlugin> {
  const named = await candidatesIn(folder, platform);
  const executables = named.filter(({ isExecutable }) => isExecutable);
  const [found, ...more] = executables.length === 0 && named.length === 1 ? named : executables;
  if (found === undefined) throw new NotationError('FILE', 'no plugin executable file was found', { hint: hintOf(platform) });
  if (more.length > 0) throw new NotationError('FILE', 'found more than one plugin executable files', { hint: hintOf(platform) });
  if (!found.isExecutable) await makeExecutable(found);
  return { name: found.name, executable: found.executable };
}

/**
 * The name of the plugin whose executable a file is said to be.
 * @throws NotationError `FILE` for a name that is no plugin's
 */
export function requirePluginName(file: string, platform: string): string {
  const name = pluginNameOf(file, platform);
  if (name !== undefined) return name;
  const form = `notation-{plugin-name}${platform === 'win32' ? '.exe' : ''}`;
  const rule = `invalid plugin executable file name. Plugin file name requires format ${form}, but got ${file}`;
  throw new NotationError('FILE', `failed to read plugin name from input file ${file}: ${rule}`, {
    hint: 'give a zip or tar.gz archive, or the executable under its own name',
  });
}

interface Candidate extends FoundPlugin {
  readonly mode: number;
  readonly isExecutable: boolean;
}

async function candidatesIn(folder: string, platform: string): Promise<readonly Candidate[]> {
  const named = namesIn(folder, folder).map((file) => [pluginNameOf(file, platform), join(folder, file)] as const);
  const found = named.map(async ([name, executable]): Promise<Candidate | undefined> => {
    const facts = name === undefined ? undefined : await lstat(executable);
    if (name === undefined || !facts?.isFile()) return undefined;
    return { name, executable, mode: facts.mode, isExecutable: platform === 'win32' || (facts.mode & executableBit) !== 0 };
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

async function makeExecutable({ executable, mode }: Candidate): Promise<void> {
  await chmod(executable, mode | executableBit).catch((cause: unknown) => {
    throw fileError(`${executable} cannot be made executable`, cause);
  });
}

function hintOf(platform: string): string {
  return `an archive must hold exactly one executable notation-{plugin-name}${platform === 'win32' ? '.exe' : ''} (plugin-extensibility.md § Package and release)`;
}
