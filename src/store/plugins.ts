import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { Directories } from './directories.ts';
import { entryAt, namesIn } from './entry.ts';

/**
 * The folder of one plugin, and its executable in it (plugin-extensibility.md, "Plugin installation path").
 * @throws NotationError `REQUEST` for a name that is no file name: it may come from a signature, and must lead nowhere else
 */
export function pluginPlace(
  { libexec }: Pick<Directories, 'libexec'>,
  name: string,
  platform: string,
): { readonly folder: string; readonly executable: string } {
  checkPluginName(name);
  const folder = join(libexec, 'plugins', name);
  return { folder, executable: join(folder, `notation-${name}${platform === 'win32' ? '.exe' : ''}`) };
}

function checkPluginName(name: string): void {
  if (/^[^/\\:\p{Cc}]{1,200}$/u.test(name) && !/^\.+$/.test(name)) return;
  throw new NotationError('REQUEST', `plugin: expected the name of a plugin, found ${JSON.stringify(name.slice(0, 200))}`, {
    hint: 'a plugin is known by the name of its folder',
  });
}

/** notation does not list plugins behind links. @throws NotationError `FILE` when the plugin's folder is a link or no folder. */
export async function checkPluginFolder(folder: string): Promise<void> {
  const facts = entryAt(folder);
  if (facts === undefined || facts.isDirectory()) return;
  throw new NotationError(
    'FILE',
    `${folder}: expected a folder, found ${facts.isSymbolicLink() ? 'a symbolic link' : 'another kind of file'}`,
    {
      hint: 'remove it: notation does not list plugins behind links',
    },
  );
}

/** Removes a plugin's folder; false when there is none. @throws NotationError `FILE` */
export async function removePlugin(folder: string): Promise<boolean> {
  try {
    await rm(folder, { recursive: true });
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw fileError(`${folder} cannot be removed`, cause);
  }
}

/** The names of the plugins that are installed, sorted: every folder is one, and no link is, as in notation. @throws NotationError `FILE` */
export function pluginNames({ libexec }: Directories): readonly string[] {
  const folder = join(libexec, 'plugins');
  return namesIn(folder, `plugins in ${folder}`).filter((name) => entryAt(join(folder, name))?.isDirectory() === true);
}
