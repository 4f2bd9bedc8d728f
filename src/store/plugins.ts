import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { Directories } from './directories.ts';
import { entryAt } from './entry.ts';

const metadataDeadlineMs = 30_000;
const metadataLimit = 1 << 20;

/** What a plugin says of itself. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
}

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

/** Runs `get-plugin-metadata` of an executable as notation does. @throws NotationError `FILE` when it does not run, or not in time, or answers nonsense. */
export async function askMetadata(executable: string, timeoutMs: number = metadataDeadlineMs): Promise<InstalledPlugin> {
  const limits = { timeout: timeoutMs, maxBuffer: metadataLimit, killSignal: 'SIGKILL' } as const;
  const stdout = await new Promise<string>((resolve, reject) => {
    const child = execFile(executable, ['get-plugin-metadata'], limits, (error, said) => {
      if (error === null) resolve(said);
      else reject(error.killed === true ? late(executable, timeoutMs) : fileError(`${executable} cannot be executed as a plugin`, error));
    });
    child.stdin?.on('error', () => undefined).end('{}');
  });
  return parseMetadata(stdout, executable);
}

function late(executable: string, timeoutMs: number): NotationError {
  return new NotationError('TIMEOUT', `${executable}: expected its metadata within ${timeoutMs / 1000} s, found none`, {
    hint: 'install the plugin anew',
  });
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

function parseMetadata(stdout: string, executable: string): InstalledPlugin {
  try {
    const { name, version } = JSON.parse(stdout) as { readonly name?: unknown; readonly version?: unknown };
    if (typeof name === 'string' && typeof version === 'string') return { name, version };
  } catch {
    // Told below, with what is missing.
  }
  throw new NotationError('FILE', `${executable}: expected plugin metadata with a name and a version, found something else`);
}
