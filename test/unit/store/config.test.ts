import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readConfig } from '../../../src/store/config.ts';
import { disk } from '../../../src/store/disk.ts';
import { temporaryFolder } from '../../support/key-files.ts';

function write(t: TestContext, text: string): { readonly config: string; readonly libexec: string } {
  const config = temporaryFolder(t);
  writeFileSync(join(config, 'config.json'), text);
  return { config, libexec: config };
}

const nothing = { insecureRegistries: [], signatureFormat: undefined };

test('an absent file says nothing', async (t) => {
  const config = temporaryFolder(t);
  assert.deepEqual(await readConfig({ config, libexec: config }, disk), nothing);
  const file = join(config, 'file');
  writeFileSync(file, '');
  assert.deepEqual(await readConfig({ config: file, libexec: file }, disk), nothing);
});

test('what the file says, and nothing of what others say in it', async (t) => {
  const said = {
    insecureRegistries: ['Registry.example.com:5000', 'plain'],
    credsStore: 'pass',
    credHelpers: { 'gcr.io': 'gcloud' },
    signatureFormat: 'COSE',
    auths: { 'a.example.com': { auth: 'eDp5' } },
  };
  assert.deepEqual(await readConfig(write(t, JSON.stringify(said)), disk), {
    insecureRegistries: said.insecureRegistries,
    signatureFormat: 'cose',
  });
});

for (const text of ['{}', 'null', '{"insecureRegistries":null,"signatureFormat":null}']) {
  test(`${text} says nothing`, async (t) => assert.deepEqual(await readConfig(write(t, text), disk), nothing));
}

for (const text of ['', '{', '[]', '1', '{"insecureRegistries":"a"}', '{"insecureRegistries":[1]}', '{"signatureFormat":["jws"]}']) {
  test(`refuses ${text || 'an empty file'}`, async (t) => {
    await assert.rejects(readConfig(write(t, text), disk), /malformed config\.json: /);
  });
}

test('refuses a link and a folder', async (t) => {
  const linked = write(t, '{}');
  renameSync(join(linked.config, 'config.json'), join(linked.config, 'other.json'));
  symlinkSync('other.json', join(linked.config, 'config.json'));
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'config.json'));
  for (const directories of [linked, { config: folder, libexec: folder }]) {
    await assert.rejects(readConfig(directories, disk), /config\.json" is not a regular file \(symlinks are not supported\)$/);
  }
});
