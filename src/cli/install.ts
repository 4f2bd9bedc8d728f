// notation wants a regular file in its plugin folder: installing copies this program there, never a link.
import { chmod, copyFile, cp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { lt, valid } from 'semver';
import { NotationError } from '../core/error.ts';
import { askMetadata } from '../host/metadata.ts';
import type { PluginMetadata } from '../protocol/hosted/metadata.ts';
import { directoriesOf } from '../store/directories.ts';
import { disk } from '../store/disk.ts';
import { checkPluginFolder, pluginPlace, removePlugin } from '../store/plugins.ts';
import { replaceWhole } from '../store/write.ts';
import type { ToolContext } from './context.ts';
import { pluginBounds } from './plugin/bounds.ts';

/**
 * Copies this program into notation's plugin folder: to a temporary name, run there once as notation would, then renamed over the old one.
 * @throws NotationError `CONFIG` for a downgrade without `force`, `FILE` when it cannot be written or does not run there.
 */
export async function install(force: boolean, context: ToolContext): Promise<number> {
  const { folder, executable } = pluginPlace(directoriesOf(context), context.metadata.name, context.platform);
  await checkPluginFolder(folder);
  const before = await installedVersion(executable, context);
  if (!force) checkNoDowngrade(before, context.metadata.version);
  const library = await place(executable, context);
  await removeOthers(folder, library);
  context.out(outcome(before, context));
  context.out(`${executable}\n`);
  return 0;
}

/** Removes the plugin's folder from notation. */
export async function uninstall(context: ToolContext): Promise<number> {
  const { name } = context.metadata;
  const { folder } = pluginPlace(directoriesOf(context), name, context.platform);
  await checkPluginFolder(folder);
  const removed = await removePlugin(folder);
  if (!removed) throw new NotationError('FILE', `plugin ${name} is not installed: ${folder} does not exist`);
  context.out(`Successfully uninstalled plugin ${name}\n`);
  return 0;
}

/** The version that is installed now; undefined when there is none, 'unknown' when it does not say. */
async function installedVersion(executable: string, context: ToolContext): Promise<string | undefined> {
  if ((await disk.look(executable)) === undefined) return undefined;
  return ask(executable, context).then(
    ({ version }) => version,
    () => 'unknown',
  );
}

function checkNoDowngrade(before: string | undefined, version: string): void {
  if (before === undefined || valid(before) === null || !lt(version, before)) return;
  throw new NotationError('CONFIG', `the plugin version ${version} is lower than the installed version ${before}`, {
    hint: 'to install the older version all the same, use --force',
  });
}

function outcome(before: string | undefined, { metadata: { name, version } }: ToolContext): string {
  if (before === undefined || before === version) return `Successfully installed plugin ${name}, version ${version}\n`;
  return `Successfully updated plugin ${name} from version ${before} to ${version}\n`;
}

/** Puts the program in its place; answers the name of the folder of modules that belongs to it, if it has one. */
async function place(executable: string, context: ToolContext): Promise<string | undefined> {
  const { build, program } = context;
  if (build.form === 'npm') return placeModules(executable, await realpath(program.script), context);
  if (build.form === 'source') {
    throw new NotationError('REQUEST', 'the sources cannot be installed: build the executable first', { hint: 'npm run build' });
  }
  const fill = async (temporary: string) => {
    await copyFile(program.path, temporary);
    await tryOut(temporary, context);
  };
  await replaceWhole(executable, fill, 0o755);
  return undefined;
}

/** What does not answer as this plugin of this version never takes its place. */
async function tryOut(temporary: string, context: ToolContext): Promise<void> {
  const { name, version } = context.metadata;
  await chmod(temporary, 0o755);
  const said = await ask(temporary, context);
  if (said.version !== version) throw new NotationError('FILE', `the copy says it is ${name} ${said.version}: expected ${name} ${version}`);
}

function ask(executable: string, context: ToolContext): Promise<PluginMetadata> {
  return askMetadata(
    { name: context.metadata.name, executable },
    new Map(),
    pluginBounds(context, () => undefined),
  );
}

/** The modules go into a folder of their own beside the executable, which is then a one-line script for this very Node.js. */
async function placeModules(executable: string, entry: string, context: ToolContext): Promise<string> {
  if (context.platform === 'win32') {
    throw new NotationError('REQUEST', 'the npm form cannot be a plugin on Windows: notation needs an .exe', {
      hint: 'use the released executable',
    });
  }
  const folder = dirname(executable);
  const library = `modules-${context.metadata.version}-${context.now().getTime()}`;
  const script = `#!${context.program.path}\nimport('./${library}/${basename(entry)}');\n`;
  const fill = async (temporary: string) => {
    await cp(dirname(entry), join(folder, library), { recursive: true });
    await writeFile(temporary, script, { flag: 'wx' });
    await tryOut(temporary, context);
  };
  await replaceWhole(executable, fill, 0o755).catch(async (error: unknown) => {
    await rm(join(folder, library), { recursive: true, force: true });
    throw error;
  });
  return library;
}

/** Modules of an earlier npm form. */
async function removeOthers(folder: string, library: string | undefined): Promise<void> {
  const old = (await readdir(folder)).filter((name) => name.startsWith('modules-') && name !== library);
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true })));
}
