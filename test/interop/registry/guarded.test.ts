// Registries over TLS that want a password, or a token of their token server.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Credential } from '../../../src/registry/credential.ts';
import { account, type GuardedRegistry, startGuardedRegistry } from '../../support/guarded-registry.ts';
import { openFolder, removeFolder, runProgram } from '../../support/notation.ts';
import { needs, openPeer } from '../../support/peers.ts';
import { envelopesOf, openClient, openReference } from '../../support/repository.ts';

const right: Credential = { kind: 'password', ...account };
const signature = (text: string) => ({ mediaType: 'application/cose' as const, envelope: Buffer.from(text), annotations: {} });

for (const guard of ['basic', 'bearer'] as const) {
  describe(`a registry behind ${guard} authentication`, needs('docker-registry', 'oras', 'token-server'), () => {
    const folder = openFolder();
    let registry: GuardedRegistry;
    let reference: string;

    before(async () => {
      registry = await startGuardedRegistry(guard, mkdtempSync(join(folder, 'registry-')));
      reference = `${registry.host}/u/app:v1`;
      const login = ['--username', account.username, '--password', account.password, '--ca-file', registry.authority];
      const { code, stderr } = await runProgram(
        openPeer('oras'),
        ['push', '--disable-path-validation', ...login, reference, registry.authority],
        { HOME: folder },
      );
      assert.equal(code, 0, stderr);
    });
    after(async () => {
      await registry?.stop();
      removeFolder(folder);
    });
    const client = (credential: Credential | undefined) => openClient({ credentials: async () => credential }, registry.authority);

    test('the right credential signs and lists; what is asked first is asked once', async () => {
      const { sent, open } = client(right);
      const { repository } = openReference({ sent, open, requests: [], warnings: [] }, reference);
      const subject = await repository.resolve('v1');
      await repository.attach(subject, signature('one'));
      await repository.attach(subject, signature('two'));
      assert.deepEqual(await envelopesOf(repository, 'v1'), ['one', 'two']);
      // Nobody first, once; a token for each of pull, push and delete where there are tokens.
      assert.equal(sent.filter((line) => line.endsWith(' 401')).length, 1, sent.join('\n'));
      assert.equal(sent.filter((line) => line.startsWith('GET /token/')).length, guard === 'bearer' ? 3 : 0, sent.join('\n'));
    });

    test('no credential, a wrong one and half of one', async () => {
      const wrong: Credential = { kind: 'password', username: account.username, password: 'wrong-hunter2' };
      const hint = { hint: `run notation-ts-kms login ${registry.host}, and check that the user may do this there` };
      const none = guard === 'basic' ? /: basic credential not found$/ : /found status 40[13]/;
      await assert.rejects(openReference(client(undefined), reference).repository.resolve('v1'), {
        code: 'ACCESS_DENIED',
        message: none,
        ...hint,
      });
      const refused = { code: 'ACCESS_DENIED', message: /^(?!.*hunter2).*found status 401/, ...hint };
      await assert.rejects(openReference(client(wrong), reference).repository.resolve('v1'), refused);
      if (guard === 'bearer') return;
      const half = { code: 'ACCESS_DENIED', message: /: missing username or password for basic auth$/, ...hint };
      await assert.rejects(openReference(client({ kind: 'refresh', token: 'x' }), reference).repository.resolve('v1'), half);
    });

    test('an authority that is not trusted', async () => {
      await assert.rejects(openReference(openClient(), reference).repository.resolve('v1'), {
        code: 'UNAVAILABLE',
        message: /authority that is not trusted/,
        hint: /SSL_CERT_FILE/,
      });
    });
  });
}
