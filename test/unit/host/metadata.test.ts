import assert from 'node:assert/strict';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { NotationError } from '../../../src/core/error.ts';
import type { PluginFile } from '../../../src/host/call.ts';
import { askMetadata } from '../../../src/host/metadata.ts';
import { boundsOf, fakeMetadata, writeFakePlugin } from '../../support/fake-plugin.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const libexec = temporaryFolder({ after });
const write = (metadata: object) => writeFakePlugin(libexec, 'fake', { 'get-plugin-metadata': { stdout: metadata } });
const ask = (plugin: PluginFile, config: readonly (readonly [string, string])[] = []) => askMetadata(plugin, new Map(config), boundsOf());

async function refusal(plugin: PluginFile): Promise<NotationError> {
  return ask(plugin).then(
    () => assert.fail('it was taken'),
    (error: NotationError) => error,
  );
}

test('metadata comes as it is, members that the contract does not know aside; the request has a plugin config or nothing', async () => {
  const plugin = await write({ ...fakeMetadata, more: 1 });
  assert.deepEqual(await ask(plugin), fakeMetadata);
  assert.deepEqual(await plugin.request('get-plugin-metadata'), {});
  await ask(plugin, [['a', 'b']]);
  assert.deepEqual(await plugin.request('get-plugin-metadata'), { pluginConfig: { a: 'b' } });
});

const wrong: readonly (readonly [object, RegExp])[] = [
  ...['name', 'description', 'version', 'url'].flatMap((member) => [
    [{ [member]: '' }, new RegExp(`expected ${member} to be a text, found an empty one`)] as const,
    [{ [member]: undefined }, new RegExp(`expected ${member} to be a text, found nothing`)] as const,
    [{ [member]: 7 }, new RegExp(`expected ${member} to be a text, found a number`)] as const,
  ]),
  [{ description: 'x'.repeat(5000) }, /expected at most 4096 characters in description, found 5000/],
  [{ name: 'other' }, /expected name "fake", which was asked for, found "other"/],
  [{ name: 'FAKE' }, /found "FAKE"/],
  [{ capabilities: [] }, /expected capabilities, found none/],
  [{ capabilities: null }, /expected capabilities, found none/],
  [{ capabilities: 'SIGNATURE_GENERATOR.RAW' }, /capabilities to be a list/],
  [{ capabilities: [7] }, /capabilities to be a list/],
  [{ supportedContractVersions: [] }, /contract version 1\.0 to be supported, found none/],
  [{ supportedContractVersions: ['2.0', '1.1'] }, /found "2\.0, 1\.1"/],
  [{ supportedContractVersions: [1] }, /supportedContractVersions to be a list/],
];
for (const [change, words] of wrong) {
  test(`metadata with ${JSON.stringify(change).slice(0, 80)} is refused`, async () => {
    assert.match((await refusal(await write({ ...fakeMetadata, ...change }))).message, words);
  });
}

test('a plugin that is not there, not a file, a link, or not executable is not run', async () => {
  const plugin = await write(fakeMetadata);
  const moved = `${plugin.executable}.moved`;
  await rename(plugin.executable, moved);
  assert.match((await refusal(plugin)).message, /found nothing there/);
  await symlink(moved, plugin.executable);
  assert.match((await refusal(plugin)).message, /to be a regular file, found a symbolic link/);
  await rm(plugin.executable);
  await mkdir(plugin.executable);
  assert.match((await refusal(plugin)).message, /found another kind of file/);
  await rm(plugin.executable, { recursive: true });
  await writeFile(plugin.executable, 'no program', { mode: 0o644 });
  assert.match((await refusal(plugin)).message, /cannot be executed: permission denied/);
  await chmod(plugin.executable, 0o755);
  assert.match((await refusal(plugin)).message, /plugin "fake" get-plugin-metadata: /);
  assert.match((await refusal({ name: 'fake', executable: join(moved, 'below') })).message, /found nothing there/);
});
