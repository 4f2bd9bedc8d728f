// A key of Azure Key Vault that has no certificate there gets one from the tool.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { algorithms } from '../../src/core/algorithm.ts';
import { type KeyVault, keyPemOf, startKeyVault, tenant } from '../support/key-vault.ts';
import { openssl } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { keyOf } from '../support/pki.ts';
import { assertCertifies, openTool, subjectWords, type Way } from './certify.ts';
import { type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'akv');
const caller = { clientId: '11111111-2222-3333-4444-555555555555', secret: 'client-secret-of-the-tool' };

describe('certificates for keys of Azure Key Vault', () => {
  let session: CloudSession;
  let vault: KeyVault;
  let way: Way;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openCloudSession();
    vault = await startKeyVault({ folder: session.folder });
    await vault.addCaller({ ...caller, permissions: ['keys/get', 'keys/sign'] });
    way = {
      environment: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: caller.clientId, AZURE_CLIENT_SECRET: caller.secret },
      config: { credential_type: 'environment', authority_host: `https://${vault.host}`, ca_bundle: vault.authority },
    };
  });
  after(async () => {
    await vault?.stop();
    await session?.close();
  });

  for (const algorithm of algorithms) {
    test(`${algorithm.keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const key = keyOf(algorithm.keySpec, 'vault');
      await vault.addVersion({ name: algorithm.keySpec, pem: keyPemOf({ key }) });
      await assertCertifies(session, way, `azurekms://${vault.host}/${algorithm.keySpec}`, algorithm, key.publicKeyInfo);
    });
  }

  test('describe and public say what the vault says', peers, async () => {
    const { run, print } = openTool(session, way);
    const key = keyOf('RSA-3072', 'vault');
    const version = await vault.addVersion({ name: 'described', pem: keyPemOf({ key }) });
    const id = `https://${vault.host}/keys/described`;
    const text = await print('key', 'describe', '--id', id);
    assert.match(text, /Key spec: +RSA-3072\nState: +enabled\n[\s\S]*Notation: +signs with RSASSA-PSS-SHA-384\n/);
    assert.ok(text.includes(version), text);
    writeFileSync(join(session.folder, 'public.der'), key.publicKeyInfo);
    const expected = openssl(session.folder, 'pkey', '-pubin', '-inform', 'der', '-in', 'public.der');
    assert.equal(await print('key', 'public', '--id', `${id}/${version}`), expected);
    const disabled = await vault.addVersion({ name: 'described', pem: keyPemOf({ key }), enabled: false });
    assert.match(await print('key', 'describe', '--id', `${id}/${disabled}`), /Notation: +cannot sign with it: it is disabled/);
    const refused = await run('key', 'csr', '--id', `${id}/${disabled}`, ...subjectWords);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /^Error: [^\n]*disabled[^\n]*\n$/i);
    assert.ok(!refused.stderr.includes(caller.secret));
  });
});
