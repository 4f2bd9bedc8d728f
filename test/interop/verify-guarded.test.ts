// Verification on registries over TLS that want a password, or a token of their token server.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { account, type GuardedRegistry, startGuardedRegistry } from '../support/guarded-registry.ts';
import { type Notation, openFolder, removeFolder, runProgram } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Holder, mintChain } from '../support/pki.ts';
import { openClient, openReference } from '../support/repository.ts';
import { sign } from './minted-layout.ts';
import { runTool } from './tool-session.ts';
import { openHome } from './verification.ts';

for (const guard of ['basic', 'bearer'] as const) {
  describe(`verify on a registry behind ${guard} authentication`, needs('notation', 'docker-registry', 'oras', 'token-server'), () => {
    const folder = openFolder();
    let registry: GuardedRegistry;
    let home: Notation;
    let reference: string;

    before(async () => {
      registry = await startGuardedRegistry(guard, mkdtempSync(join(folder, 'registry-')));
      const chain = await mintChain();
      const root = chain.at(-1) as Holder;
      home = openHome(
        folder,
        [
          {
            name: 'guarded',
            registryScopes: [`${registry.host}/u/app`],
            signatureVerification: { level: 'strict' },
            trustStores: ['ca:root'],
            trustedIdentities: ['*'],
          },
        ],
        { 'ca:root': [root.certificate] },
      );
      const tagged = `${registry.host}/u/app:v1`;
      const login = ['--username', account.username, '--password', account.password, '--ca-file', registry.authority];
      const words = ['push', '--disable-path-validation', ...login, tagged, registry.authority];
      const { code, stderr } = await runProgram(openPeer('oras'), words, { HOME: folder });
      assert.equal(code, 0, stderr);
      const client = openClient({ credentials: async () => ({ kind: 'password', ...account }) }, registry.authority);
      const { repository } = openReference(client, tagged);
      const artifact = await repository.resolve('v1');
      await repository.attach(artifact, { ...(await sign(artifact, { chain })), annotations: {} });
      reference = `${registry.host}/u/app@${artifact.digest}`;
    });
    after(async () => {
      await registry?.stop();
      removeFolder(folder);
    });

    const given = ['-u', account.username, '-p', account.password];
    for (const [name, words, environment] of [
      ['options', given, {}],
      ['variables', [], { NOTATION_USERNAME: account.username, NOTATION_PASSWORD: account.password }],
    ] as const) {
      test(`with a credential by ${name}`, async () => {
        const more = { SSL_CERT_FILE: registry.authority, ...environment };
        const theirs = await home.run(['verify', ...words, reference], more);
        assert.deepEqual(theirs, { code: 0, stdout: `Successfully verified signature for ${reference}\n`, stderr: '' });
        assert.deepEqual(await runTool(home, ['verify', ...words, reference], more), theirs);
      });
    }

    test('with a wrong one, which is not shown', async () => {
      const { code, stdout, stderr } = await runTool(home, ['verify', '-d', '-u', account.username, '-p', 'wrong-hunter2', reference], {
        SSL_CERT_FILE: registry.authority,
      });
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^Error: .*; run notation-ts-kms login /m);
      assert.doesNotMatch(stderr, /hunter2/);
    });
  });
}
