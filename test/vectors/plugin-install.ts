// Judge of which plugins are installed.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginScript, tarGzOf, writeExecutable } from '../support/plugin-archives.ts';
import { rowOf, type VectorCase } from '../support/third-party.ts';
import { inFolder } from './folder.ts';
import { useTool } from './tool.ts';

interface InstallRow {
  /** The version that is there, and the one that comes. */
  readonly existing?: string;
  readonly existingMetadata?: 'invalid';
  readonly new?: string;
  readonly file?: string;
  /** File names, each with what may be said of it in brackets: `(x)` is an executable. */
  readonly directory?: readonly string[];
}

const name = 'foo';

/** Installs what the row says, over what it says is there. A folder of files is a tar.gz archive here: folders are no sources of the command. */
export async function checkInstall(one: VectorCase): Promise<void> {
  const { input } = rowOf<InstallRow>(one);
  await inFolder(async (folder) => {
    const environment = { NOTATION_LIBEXEC: join(folder, 'libexec') };
    const place = join(folder, 'libexec', 'plugins', name);
    mkdirSync(place, { recursive: true });
    if (input.existing !== undefined) writeExecutable(join(place, `notation-${name}`), pluginScript(name, input.existing));
    if (input.existingMetadata !== undefined) writeExecutable(join(place, `notation-${name}`), '#!/bin/sh\necho invalid\n');
    await useTool(['plugin', 'install', '--file', sourceOf(input, folder)], { environment });
  });
}

function sourceOf({ directory, file = `notation-${name}`, new: version = '1.0.0' }: InstallRow, folder: string): string {
  const path = join(folder, directory === undefined ? file : 'plugin.tar.gz');
  if (directory !== undefined) writeFileSync(path, tarGzOf([{ name: './', type: 'Directory' }, ...directory.map(entryOf)]));
  else if (file.startsWith('notation-')) writeFileSync(path, pluginScript(file.slice('notation-'.length), version));
  if (file.startsWith('notation-') && directory === undefined) chmodSync(path, 0o755);
  return path;
}

function entryOf(text: string) {
  const [file = ''] = text.split(' ');
  return { name: file, content: pluginScript(file.slice('notation-'.length), '1.0.0'), mode: text.endsWith('(x)') ? 0o755 : 0o644 };
}
