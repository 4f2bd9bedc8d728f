import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveSigningKey, type SigningKeyWish } from '../../../../src/cli/sign/signing-key.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { disk } from '../../../../src/store/disk.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const list = {
  default: 'local',
  keys: [
    { name: 'local', keyPath: '/keys/local.key', certPath: '/keys/local.crt' },
    { name: 'alias/looks', keyPath: 'relative.key', certPath: 'relative.crt' },
    { name: 'cloud', id: 'alias/release', pluginName: 'ts-kms', pluginConfig: { aws_region: 'eu-west-1', timeout: '5s' } },
    { name: 'both', keyPath: '/keys/both.key', certPath: '/keys/both.crt', id: 'x', pluginName: 'other' },
    { name: 'theirs', id: 'x', pluginName: 'azure-kv' },
    { name: 'empty' },
  ],
};

function resolve(t: TestContext, wish: Partial<SigningKeyWish>, content: object | undefined = list) {
  const config = temporaryFolder(t);
  if (content !== undefined) writeFileSync(join(config, 'signingkeys.json'), JSON.stringify(content));
  const all = { key: undefined, id: undefined, plugin: undefined, pluginConfig: new Map<string, string>(), ...wish };
  return resolveSigningKey(all, { config, libexec: config }, disk, 'ts-kms');
}

const good: readonly (readonly [name: string, wish: Partial<SigningKeyWish>, id: string, config: Readonly<Record<string, string>>])[] = [
  ['an id', { id: 'alias/x' }, 'alias/x', {}],
  ['an id of this plugin', { id: 'alias/x', plugin: 'ts-kms', pluginConfig: new Map([['timeout', '1s']]) }, 'alias/x', { timeout: '1s' }],
  ['the default', {}, '/keys/local.key', { cert_chain: '/keys/local.crt' }],
  ['a local pair whose name looks like an alias', { key: 'alias/looks' }, './relative.key', { cert_chain: 'relative.crt' }],
  ['a key of this plugin', { key: 'cloud' }, 'alias/release', { aws_region: 'eu-west-1', timeout: '5s' }],
  [
    'an option of the command wins over the same one of the list',
    { key: 'cloud', pluginConfig: new Map([['timeout', '9s']]) },
    'alias/release',
    { aws_region: 'eu-west-1', timeout: '9s' },
  ],
  ['a pair wins over a plugin', { key: 'both' }, '/keys/both.key', { cert_chain: '/keys/both.crt' }],
];

for (const [name, wish, id, config] of good) {
  test(name, async (t) => {
    const found = await resolve(t, wish);
    assert.deepEqual([found.plugin, found.id, Object.fromEntries(found.pluginConfig)], [undefined, id, config]);
  });
}

test('a key of another plugin is left to it, with its options', async (t) => {
  const pluginConfig = new Map([['a', 'b']]);
  assert.deepEqual(await resolve(t, { id: 'x', plugin: 'azure-kv', pluginConfig }), { plugin: 'azure-kv', id: 'x', pluginConfig });
  assert.deepEqual(await resolve(t, { key: 'theirs' }), { plugin: 'azure-kv', id: 'x', pluginConfig: new Map() });
});

const bad: readonly (readonly [name: string, wish: Partial<SigningKeyWish>, code: string, message: RegExp, content?: object])[] = [
  ['an unknown name', { key: 'x' }, 'KEY_NOT_FOUND', /^signing key x not found$/],
  ['no default', {}, 'KEY_NOT_FOUND', /^default signing key not set\./, { keys: [] }],

  ['a key that is neither', { key: 'empty' }, 'CONFIG', /expected a key pair, or an id and a plugin/],
];

for (const [name, wish, code, message, content] of bad) {
  test(`${name} is refused`, async (t) => {
    await assert.rejects(
      resolve(t, wish, content),
      (error) => error instanceof NotationError && error.code === code && message.test(error.message),
    );
  });
}
