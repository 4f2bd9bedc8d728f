// `plugin install`: what notation does, and whole or not at all.
import { join } from 'node:path';
import { compare, valid } from 'semver';
import { inWords, NotationError } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import { isSemanticVersion } from '../../core/semantic-version.ts';
import { askMetadata } from '../../host/metadata.ts';
import type { PluginMetadata } from '../../protocol/hosted/metadata.ts';
import { type Directories, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { type PluginWorkshop, withPluginWorkshop } from '../../store/plugin-changes.ts';
import { type FoundPlugin, findPlugin, requirePluginName } from '../../store/plugin-files.ts';
import { checkSum, isArchive, type TakenSource, takeBytes, takeFile, unpackPlugin } from '../../store/plugin-source.ts';
import { checkPluginFolder, pluginPlace } from '../../store/plugins.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';
import { pluginBounds } from './bounds.ts';

export interface InstallWish {
  /** A path, or a URL. */
  readonly source: string;
  readonly from: 'file' | 'url';
  /** SHA-256 in hexadecimal; an empty text when none is given, which a URL must have. */
  readonly checksum: string;
  /** Whether the versions do not matter, nor whether the plugin that is there works. */
  readonly force: boolean;
}

type Take = (folder: string) => Promise<TakenSource>;

/**
 * Installs a plugin: takes its file, checks the checksum, unpacks it, asks it what it is, and puts it in its place when it is newer than what is there.
 * @throws NotationError `REQUEST`, `CONFIG` for a version that is not newer, `FILE`, `UNAVAILABLE`, `TIMEOUT`
 */
export async function installPlugin(wish: InstallWish, context: ToolContext, log: Log): Promise<number> {
  const take: Take = wish.from === 'url' ? await download(wish, context) : (folder) => takeFile(wish.source, folder);
  const directories = directoriesOf(context);
  await inWords('plugin installation failed', () =>
    withPluginWorkshop(directories, (workshop) => installFrom(take, wish, workshop, directories, context, log)),
  );
  return 0;
}

async function download({ source, checksum }: InstallWish, context: ToolContext): Promise<Take> {
  const { downloadPlugin, requireHttps } = await import('./download-plugin.ts');
  if (checksum === '') {
    throw new NotationError('REQUEST', 'installing from URL requires non-empty SHA256 checksum of the plugin source', {
      hint: 'give what the publisher of the plugin says with --sha256sum',
    });
  }
  const url = requireHttps(source);
  context.out(`Downloading plugin from ${printable(source)}\n`);
  const bytes = await inWords(`failed to download plugin from URL ${source} with error`, () => downloadPlugin(url, context));
  context.out('Download completed\n');
  return (folder) => takeBytes(bytes, url.pathname.split('/').at(-1) ?? '', folder);
}

async function installFrom(
  take: Take,
  { checksum, force }: InstallWish,
  workshop: PluginWorkshop,
  directories: Directories,
  context: ToolContext,
  log: Log,
): Promise<void> {
  const source = await take(workshop.folder);
  checkSum(source, checksum);
  if (!isArchive(source)) requirePluginName(source.name, context.platform);
  const prepared = join(workshop.folder, 'plugin');
  await unpackPlugin(source, prepared, context.platform);
  const plugin = await inWords('failed to read plugin from input directory', () => findPlugin(prepared, context.platform));
  const metadata = await askNew(plugin, context, log);
  const { folder, executable } = pluginPlace(directories, plugin.name, context.platform);
  await checkPluginFolder(folder);
  const existing = await askExisting({ name: plugin.name, executable }, force, context, log);
  if (existing !== undefined && !force) checkNewer(metadata, existing);
  await workshop.replace(prepared, plugin.name);
  context.out(outcome(metadata, existing));
}

function askNew(plugin: FoundPlugin, context: ToolContext, log: Log): Promise<PluginMetadata> {
  return inWords('failed to get metadata of new plugin', () => askMetadata(plugin, new Map(), pluginBounds(context, log)));
}

/** What is there now; undefined when nothing is, or with `force` when it does not work. */
async function askExisting(plugin: FoundPlugin, force: boolean, context: ToolContext, log: Log): Promise<PluginMetadata | undefined> {
  if ((await disk.look(plugin.executable)) === undefined) return undefined;
  const asked = inWords('failed to get metadata of existing plugin', () => askMetadata(plugin, new Map(), pluginBounds(context, log)));
  return force ? asked.catch(() => undefined) : asked;
}

/** By SemVer, which both versions must be written in; build metadata makes no version newer. */
function checkNewer({ name, version }: PluginMetadata, { version: old }: PluginMetadata): void {
  const malformed = [version, old].find((one) => !isSemanticVersion(one) || valid(one) === null);
  if (malformed !== undefined) {
    throw new NotationError('CONFIG', `failed to compare plugin versions: ${malformed} is not a valid semantic version`, {
      hint: 'to install it all the same, use --force',
    });
  }
  const order = compare(version, old);
  if (order > 0) return;
  const hint = 'to install it all the same, use --force';
  if (order === 0) throw new NotationError('CONFIG', `plugin ${name} with version ${old} already exists`, { hint });
  const older = `The installing plugin version ${version} is lower than the existing plugin version ${old}`;
  throw new NotationError('CONFIG', `failed to install plugin ${name}. ${older}`, {
    hint: 'It is not recommended to install an older version. To force the installation, use the "--force" option',
  });
}

function outcome({ name, version }: PluginMetadata, existing: PluginMetadata | undefined): string {
  if (existing === undefined) return `Successfully installed plugin ${printable(name)}, version ${printable(version)}\n`;
  return `Successfully updated plugin ${printable(name)} from version ${printable(existing.version)} to ${printable(version)}\n`;
}
