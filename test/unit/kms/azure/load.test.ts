// What of the SDK is loaded when: each part costs every command that loads it.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { after, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { openKey } from '../../../../src/kms/index.ts';
import { contextOf } from '../../../support/backends.ts';
import { mintRelease, version } from '../../../support/counted-vault.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const loaded = new Set<string>();
const hooks = registerHooks({
  resolve: (specifier, context, next) => {
    // What the test's own support loads is not what the program loads.
    if (/^@azure\//.test(specifier) && context.parentURL?.includes('/src/')) loaded.add(specifier);
    return next(specifier, context);
  },
});
after(() => hooks.deregister());

test('nothing for describe-key with a chain file; signing, the identity, and no more, for a signature', async (t) => {
  const { files } = await mintRelease(temporaryFolder(t));
  const send = async () => {
    throw new NotationError('UNAVAILABLE', 'no network here');
  };
  const context = { ...contextOf({ cert_chain: files.chain }), http: { send, warm: () => undefined } };
  const key = await openKey(`https://v.vault.azure.net/keys/signing/${version}`, context);
  assert.deepEqual([...loaded], []);
  await assert.rejects(key.sign(Buffer.from('m')), NotationError);
  assert.deepEqual([...loaded].sort(), ['@azure/core-rest-pipeline', '@azure/identity', '@azure/keyvault-keys', '@azure/logger']);
});
