// Without a network: what is known already counts, what only the network tells is unknown, and nobody is asked.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CrlServer, opensslCrl, startCrlServer } from '../support/crl-server.ts';
import { type Notation, openFolder, type Result, removeFolder } from '../support/notation.ts';
import { type Holder, mintCa } from '../support/pki.ts';
import { mintRevocable } from '../support/revocable.ts';
import { makeSignedLayout, sign } from './minted-layout.ts';
import { runTool } from './tool-session.ts';
import { openHome } from './verification.ts';

describe('--offline', () => {
  const folder = openFolder();
  let server: CrlServer;
  let ca: Holder;
  let leaf: Holder;
  let reference: string;
  before(async () => {
    server = await startCrlServer();
    ca = await mintCa('CRL CA', undefined);
    leaf = await mintRevocable('leaf', ca, { crl: [`${server.url}ca.crl`] });
    reference = await makeSignedLayout(join(folder, 'layout'), (artifact) => sign(artifact, { chain: [leaf, ca] }));
    server.publish('ca.crl', opensslCrl({ ca }));
  });
  after(async () => {
    await server?.close();
    removeFolder(folder);
  });

  test('a CRL that is known from before answers', async () => {
    const home = homeOf('strict');
    assert.equal((await verify(home)).code, 0);
    const asked = server.asked.length;
    const offline = await verify(home, '--offline', '-o', 'json');
    assert.equal(offline.code, 0, offline.stderr);
    const [status] = JSON.parse(offline.stdout).signatures[0].checks.at(-1).evidence.certificates;
    assert.deepEqual([status.status, status.method, status.cached], ['good', 'CRL', true]);
    assert.equal(server.asked.length, asked);
  });

  test('without one the check fails, and says so', async () => {
    const [home, asked] = [homeOf('strict'), server.asked.length];
    const { code, stdout, stderr } = await verify(home, '--offline');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /was rejected: revocation\n/);
    assert.match(stderr, /^ {2}found: .*was not asked: --offline forbids it/m);
    assert.match(
      stderr,
      /^Warning: --offline weakened revocation, which the trust policy enforces, so that this is a failure: .*"CN=leaf,/m,
    );
    assert.match(stderr, /\nError: signature verification failed for all the signatures associated with .*\n$/);
    assert.equal(server.asked.length, asked);
  });

  test('where the policy only logs, it passes with a warning', async () => {
    const [home, asked] = [homeOf('permissive'), server.asked.length];
    const { code, stdout, stderr } = await verify(home, '--offline');
    assert.deepEqual([code, stdout], [0, `Successfully verified signature for ${reference}\n`]);
    assert.match(stderr, /^Warning: --offline weakened revocation, which the trust policy only logs: .*"CN=leaf,/);
    assert.match(stderr, /^Warning: revocation was set to "log" and failed with error: .*--offline/m);
    assert.equal(server.asked.length, asked);
  });

  test('where the policy skips it, nothing is weaker', async () => {
    const home = homeOf('strict', { revocation: 'skip' });
    assert.deepEqual(await verify(home, '--offline'), {
      code: 0,
      stdout: `Successfully verified signature for ${reference}\n`,
      stderr: '',
    });
  });

  test('a registry is out of reach', async () => {
    const { code, stderr } = await runTool(homeOf('strict'), ['verify', '--offline', 'localhost:1/x:v1']);
    assert.equal(code, 1);
    assert.match(stderr, /^Error: offline: expected an OCI layout .*; copy the artifact/);
  });

  function homeOf(level: string, override?: Readonly<Record<string, string>>): Notation {
    const statement = {
      name: 'offline',
      registryScopes: ['*'],
      signatureVerification: { level, ...(override && { override }) },
      trustStores: ['ca:root'],
      trustedIdentities: ['*'],
    };
    return openHome(folder, [statement], { 'ca:root': [ca.certificate] });
  }

  function verify(home: Notation, ...options: readonly string[]): Promise<Result> {
    return runTool(home, ['verify', '--oci-layout', '--scope', 'local/x', ...options, reference]);
  }
});
