import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { disk } from '../../../src/store/disk.ts';
import { changeSigningKeys, withKey } from '../../../src/store/signing-key-changes.ts';
import { namedKeys, readSigningKeys } from '../../../src/store/signing-keys.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const pair = { name: 'a', keyPath: '/k', certPath: '/c' };

test('keys are found by name, and only local pairs are keys of ours', async (t) => {
  const config = temporaryFolder(t);
  const keys = [pair, { name: 'p', id: 'x', pluginName: 'y' }];
  writeFileSync(join(config, 'signingkeys.json'), JSON.stringify({ default: 'a', keys }));
  const find = namedKeys({ config, libexec: config }, disk);
  assert.deepEqual(await find('a'), { keyPath: '/k', certPath: '/c' });
  assert.equal(await find('absent'), undefined);
  await assert.rejects(find('p'), /belongs to a plugin|has no key file/);
});

test('adding keeps what this program does not know', async (t) => {
  const path = join(temporaryFolder(t), 'signingkeys.json');
  const plugin = { name: 'p', id: 'x', pluginName: 'y', pluginConfig: { a: 'b' }, later: [1] };
  writeFileSync(path, JSON.stringify({ keys: [plugin], future: true }));
  await changeSigningKeys(path, disk, (list) => withKey(list, pair, true));
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { keys: [plugin, pair], future: true, default: 'a' });
  await assert.rejects(
    changeSigningKeys(path, disk, (list) => withKey(list, pair, false)),
    /already exists/,
  );
});

test('an absent list is empty', async (t) => {
  assert.deepEqual(await readSigningKeys(join(temporaryFolder(t), 'signingkeys.json'), disk), { keys: [] });
});

for (const text of ['', '{', '[]', '{"keys":{}}', '{"keys":[{}]}', '{"keys":[{"name":""}]}', '{"keys":[{"name":"a"},{"name":"a"}]}']) {
  test(`refuses ${text === '' ? 'an empty file' : text}`, async (t) => {
    const path = join(temporaryFolder(t), 'signingkeys.json');
    writeFileSync(path, text);
    await assert.rejects(
      readSigningKeys(path, disk),
      (error) => error instanceof NotationError && /malformed signingkeys.json/.test(error.message),
    );
  });
}
