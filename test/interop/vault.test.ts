// Vault Transit through real notation: key types, rotation, the chain in KV, ways to log in, and what is refused. The server is Vault 1.14's core.
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { algorithms } from '../../src/core/algorithm.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { extendedKeyUsage, keyUsage } from '../../src/x509/issue/issue.ts';
import { closeHttp, listen } from '../support/clouds/server.ts';
import { mintIdentity } from '../support/clouds/tls.ts';
import { openGate } from '../support/gate.ts';
import { needs } from '../support/peers.ts';
import { mintCa, mintLeaf, publicKeyInfoOfPem } from '../support/pki.ts';
import { rootToken, startVault, type Vault } from '../support/vault.ts';
import { assertCertifies, openTool } from './certify.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, openCloudSession } from './cloud-session.ts';
import { assertVerifies } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'vaultdev');

/** In the form that Kubernetes gives to a service account; nobody here checks its signature but the API. */
const podToken = [
  { alg: 'RS256', kid: 'k' },
  {
    iss: 'https://kubernetes.default.svc.cluster.local',
    aud: ['https://kubernetes.default.svc'],
    exp: 4_102_444_800,
    iat: 1_735_689_600,
    sub: 'system:serviceaccount:release:signer',
    'kubernetes.io': { namespace: 'release', serviceaccount: { name: 'signer', uid: 'c0ffee' } },
  },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(Buffer.alloc(256, 7).toString('base64url'))
  .join('.');

describe('notation signs with keys of Vault Transit', () => {
  let session: CloudSession;
  let vault: Vault;
  let chain: Chain;
  let environment: Readonly<Record<string, string>>;
  const id = 'hashivault://release';

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, vault] = await Promise.all([openCloudSession(), startVault()]);
    environment = { VAULT_ADDR: vault.address, VAULT_TOKEN: rootToken };
    await vault.createKey('release', 'EC-256');
    chain = await session.certify('release', await vault.publicKeyInfo('release'));
  });
  after(() => Promise.all([session?.close(), vault?.stop()]));

  for (const { keySpec } of algorithms) {
    test(`${keySpec}, JWS and COSE`, peers, async () => {
      await vault.createKey(keySpec, keySpec);
      const { file, leaf } = await session.certify(`of-${keySpec}`, await vault.publicKeyInfo(keySpec));
      for (const format of ['jws', 'cose'] as const) {
        await assertSigns(session, { id: `hashivault://${keySpec}`, format, config: { cert_chain: file }, environment }, leaf);
      }
    });
  }

  test('openbao:// with the variables of OpenBao, and with those of Vault', peers, async () => {
    const config = { cert_chain: chain.file };
    const own = { BAO_ADDR: vault.address, BAO_TOKEN: rootToken, VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'wrong' };
    await assertSigns(session, { id: 'openbao://release', config, environment: own }, chain.leaf);
    await assertSigns(session, { id: 'openbao://release', config, environment }, chain.leaf);
  });

  test('the chain in KV, under the name of the key and under another', peers, async () => {
    const certificate = readFileSync(chain.file, 'utf8');
    await vault.ask('POST', 'secret/data/release', { data: { certificate } });
    await assertSigns(session, { id, environment }, chain.leaf);
    await vault.ask('POST', 'secret/data/team/chains', { data: { certificate } });
    await assertSigns(session, { id, config: { kv_path: 'team/chains' }, environment }, chain.leaf);
  });

  test('the spellings of notation-hashicorp-vault, and mounts of another name', peers, async () => {
    await vault.ask('POST', 'sys/mounts/team/transit', { type: 'transit' });
    await vault.ask('POST', 'team/transit/keys/inner', { type: 'rsa-2048' });
    const said = await vault.ask('GET', 'team/transit/keys/inner');
    const pem = (said['keys'] as Readonly<Record<string, { readonly public_key: string }>>)['1']?.public_key ?? '';
    const { file, leaf } = await session.certify('inner', publicKeyInfoOfPem(pem));
    await vault.ask('POST', 'secret/data/outer', { data: { certificate: readFileSync(file, 'utf8') } });
    const config = { transitName: 'team/transit', transitKeyName: 'inner', kvName: 'secret' };
    await assertSigns(session, { id: 'hashivault://outer', config, environment }, leaf);
  });

  test('a rotated key signs with the version that the leaf is for, and with the newest once it has a certificate', peers, async () => {
    await vault.createKey('rotated', 'EC-384');
    const first = await session.certify('rotated-1', await vault.publicKeyInfo('rotated'));
    await vault.ask('POST', 'transit/keys/rotated/rotate', {});
    const second = await session.certify('rotated-2', await vault.publicKeyInfo('rotated', 2));
    for (const { file, leaf } of [first, second]) {
      await assertSigns(session, { id: 'hashivault://rotated', config: { cert_chain: file }, environment }, leaf);
    }
    const pinned = { cert_chain: first.file, transit_key_version: '1' };
    await assertSigns(session, { id: 'hashivault://rotated', config: pinned, environment }, first.leaf);
    const wrong = { cert_chain: first.file, transit_key_version: '2' };
    await refuses({ id: 'hashivault://rotated', spec: 'EC-384', config: wrong, environment }, 'VALIDATION_ERROR', [
      /signature/,
      /certificate/,
    ]);
    await vault.ask('POST', 'transit/keys/rotated/config', { min_encryption_version: 2 });
    await refuses({ id: 'hashivault://rotated', spec: 'EC-384', config: { cert_chain: first.file }, environment }, 'VALIDATION_ERROR', [
      /minimum/,
      /min_encryption_version/,
    ]);
  });

  describe('logs in', () => {
    const policy = 'path "transit/sign/release" { capabilities = ["update"] }';
    const config = () => ({ cert_chain: chain.file });

    before(async () => {
      if (peers.skip === undefined) await vault.ask('PUT', 'sys/policies/acl/signer', { policy });
    });

    test('with a token that may sign, and do nothing else', peers, async () => {
      const { auth } = await vault.ask('POST', 'auth/token/create', { policies: ['signer'], no_default_policy: true });
      const { client_token: token } = auth as { readonly client_token: string };
      await assertSigns(session, { id, config: config(), environment: { VAULT_ADDR: vault.address, VAULT_TOKEN: token } }, chain.leaf);
      const file = join(session.folder, 'token');
      writeFileSync(file, `${token}\n`);
      const withFile = { ...config(), vault_token_file: file, vault_addr: vault.address };
      await assertSigns(session, { id, config: withFile }, chain.leaf);
      const helper = join(session.notation.folder, '.vault-token');
      writeFileSync(helper, token);
      await assertSigns(session, { id, config: config(), environment: { VAULT_ADDR: vault.address } }, chain.leaf);
      rmSync(helper);
      await vault.createKey('other', 'EC-256');
      await refuses(
        { id: 'hashivault://other', config: config(), environment: { VAULT_ADDR: vault.address, VAULT_TOKEN: token } },
        'ACCESS_DENIED',
        [/permission denied/, /path "transit\/sign\/other" \{ capabilities = \["update"\] \}/],
      );
    });

    test('with AppRole, its secret in a variable or a file', peers, async () => {
      await vault.ask('POST', 'sys/auth/approle', { type: 'approle' });
      await vault.ask('POST', 'auth/approle/role/ci', { token_policies: ['signer'] });
      const { role_id: role } = await vault.ask('GET', 'auth/approle/role/ci/role-id');
      const { secret_id: secret } = await vault.ask('POST', 'auth/approle/role/ci/secret-id', {});
      const login = { ...config(), vault_auth: 'approle', vault_role_id: String(role) };
      const address = { VAULT_ADDR: vault.address };
      await assertSigns(session, { id, config: login, environment: { ...address, VAULT_SECRET_ID: String(secret) } }, chain.leaf);
      const named = { ...login, vault_secret_id_env: 'CI_SECRET' };
      await assertSigns(session, { id, config: named, environment: { ...address, CI_SECRET: String(secret) } }, chain.leaf);
      const file = join(session.folder, 'secret-id');
      writeFileSync(file, String(secret));
      await assertSigns(session, { id, config: { ...login, vault_secret_id_file: file }, environment: address }, chain.leaf);
      await refuses({ id, config: login, environment: { ...address, VAULT_SECRET_ID: 'not-this-one' } }, 'ACCESS_DENIED', [
        /auth\/approle\/login was refused/,
        /invalid/,
      ]);
    });

    test('with the token of a pod in Kubernetes, whose API says whose it is', peers, async () => {
      const reviewed: string[] = [];
      const api = createServer(async (request, response) => {
        const { spec } = JSON.parse(await text(request)) as {
          readonly spec: { readonly token: string; readonly audiences: readonly string[] };
        };
        reviewed.push(`${request.method} ${request.url}`);
        const user = { username: 'system:serviceaccount:release:signer', uid: 'c0ffee', groups: ['system:serviceaccounts'] };
        const status = spec.token === podToken ? { authenticated: true, user, audiences: spec.audiences } : { authenticated: false };
        const answer = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status };
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
      const port = await listen(api);
      try {
        await vault.ask('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
        await vault.ask('POST', 'auth/kubernetes/config', {
          kubernetes_host: `http://127.0.0.1:${port}`,
          token_reviewer_jwt: podToken,
          kubernetes_ca_cert: toPem([session.root.certificate.der]),
          disable_local_ca_jwt: true,
        });
        await vault.ask('POST', 'auth/kubernetes/role/signer', {
          bound_service_account_names: ['signer'],
          bound_service_account_namespaces: ['release'],
          token_policies: ['signer'],
        });
        const file = join(session.folder, 'pod-token');
        writeFileSync(file, podToken);
        const login = { ...config(), vault_auth: 'kubernetes', vault_role: 'signer', vault_jwt_file: file };
        await assertSigns(session, { id, config: login, environment: { VAULT_ADDR: vault.address } }, chain.leaf);
        assert.ok(reviewed.includes('POST /apis/authentication.k8s.io/v1/tokenreviews'), reviewed.join());
        writeFileSync(file, `${podToken.slice(0, -8)}AAAAAAAA`);
        await refuses({ id, config: login, environment: { VAULT_ADDR: vault.address } }, 'ACCESS_DENIED', [
          /auth\/kubernetes\/login was refused/,
        ]);
      } finally {
        await closeHttp(api);
      }
    });

    test('with a JSON Web Token, as CI systems give them', peers, async () => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      await vault.ask('POST', 'sys/auth/jwt', { type: 'jwt' });
      await vault.ask('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })] });
      await vault.ask('POST', 'auth/jwt/role/ci', {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: ['vault'],
        token_policies: ['signer'],
      });
      const claims = { sub: 'project:release', aud: 'vault', iat: seconds(), exp: seconds() + 600 };
      const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const jwt = `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
      const login = { ...config(), vault_auth: 'jwt', vault_role: 'ci', vault_jwt_env: 'CI_JWT' };
      await assertSigns(session, { id, config: login, environment: { VAULT_ADDR: vault.address, CI_JWT: jwt } }, chain.leaf);
      await refuses({ id, config: login, environment: { VAULT_ADDR: vault.address, CI_JWT: `${jwt}x` } }, 'ACCESS_DENIED', [
        /auth\/jwt\/login was refused/,
      ]);
    });
  });

  test('what is not there, or cannot sign', peers, async () => {
    const config = { cert_chain: chain.file };
    await refuses({ id: 'hashivault://absent', config, environment }, 'VALIDATION_ERROR', [/signing key not found/, /transit_mount/]);
    await refuses({ id, config: { ...config, transit_mount: 'nowhere' }, environment }, 'VALIDATION_ERROR', [/transit_mount/]);
    await vault.ask('POST', 'transit/keys/aes', { type: 'aes256-gcm96' });
    await refuses({ id: 'hashivault://aes', config, environment }, 'VALIDATION_ERROR', [/does not support signing/, /rsa-2048/]);
    await vault.createKey('without', 'EC-256');
    await refuses({ id: 'hashivault://without', environment }, 'VALIDATION_ERROR', [
      /no certificate chain/,
      /secret\/data\/without/,
      /cert_chain/,
    ]);
    await refuses({ id: 'hashivault://without', config, environment }, 'VALIDATION_ERROR', [/public key of a version/]);
    await refuses({ id, config, environment: { ...environment, VAULT_TOKEN: 'hvs.not-a-token-at-all' } }, 'ACCESS_DENIED', [
      /permission denied/,
    ]);
    await refuses({ id, config, environment: { VAULT_ADDR: vault.address } }, 'ACCESS_DENIED', [/expected a token/, /VAULT_TOKEN/]);
    await refuses({ id, config, environment: { VAULT_TOKEN: rootToken } }, 'VALIDATION_ERROR', [/VAULT_ADDR/]);
    await refuses({ id, config, environment: { ...environment, VAULT_SKIP_VERIFY: 'true' } }, 'VALIDATION_ERROR', [/VAULT_CACERT/]);
  });

  test('the tool signs forty artifacts with a few requests', peers, async () => {
    const gate = await openGate({ target: vault.address });
    try {
      const references = await session.push(40);
      const list = join(session.folder, 'references');
      writeFileSync(list, `${references.join('\n')}\n`);
      const { print } = openTool(session, {
        environment: { ...environment, VAULT_ADDR: gate.address },
        config: { cert_chain: chain.file },
      });
      await print('sign', '--id', id, '--from-file', list);
      const signing = gate.passed.filter(({ path }) => path === '/v1/transit/sign/release').length;
      assert.ok(signing >= 1 && signing <= 20, `${signing} requests`);
      for (const reference of references.slice(0, 5)) await assertVerifies(session.notation, reference);
    } finally {
      await gate.close();
    }
  });

  test('one request a signature, and the login besides', peers, async () => {
    const gate = await openGate({ target: vault.address });
    try {
      const wish = { id, config: { cert_chain: chain.file }, environment: { ...environment, VAULT_ADDR: gate.address } };
      assert.equal((await session.ask(wish)).code, 0);
      assert.deepEqual(
        gate.passed.map(({ method, path }) => `${method} ${path}`),
        ['POST /v1/transit/sign/release'],
      );
    } finally {
      await gate.close();
    }
  });

  test('TLS of a private authority, a client certificate, and a namespace', peers, async () => {
    const identity = await mintIdentity();
    const clients = await mintCa('clients', undefined);
    const client = await mintLeaf('client', clients, {
      extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.clientAuth])],
    });
    const gate = await openGate({ target: vault.address, identity, clients: toPem([clients.certificate.der]) });
    const [authority, certificate, key] = ['authority.pem', 'client.crt', 'client.key'].map((name) => join(session.folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(authority, identity.authority);
    writeFileSync(certificate, toPem([client.certificate.der]));
    writeFileSync(key, client.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    try {
      const config = { cert_chain: chain.file, vault_namespace: 'team/a' };
      const secure = { ...environment, VAULT_ADDR: gate.address, VAULT_CLIENT_CERT: certificate, VAULT_CLIENT_KEY: key };
      await assertSigns(session, { id, config, environment: { ...secure, VAULT_CACERT: authority } }, chain.leaf);
      await assertSigns(session, { id, config: { ...config, ca_bundle: authority }, environment: secure }, chain.leaf);
      assert.deepEqual([...new Set(gate.passed.map(({ headers }) => headers['x-vault-namespace']))], ['team/a']);
      await refuses({ id, config, environment: secure }, 'ERROR', [/authority that is not trusted/, /ca_bundle/]);
      const { VAULT_CLIENT_KEY: _, ...half } = secure;
      await refuses({ id, config, environment: half }, 'VALIDATION_ERROR', [/VAULT_CLIENT_KEY/]);
      const { VAULT_CLIENT_CERT: __, ...unknown } = half;
      await refuses({ id, config, environment: { ...unknown, VAULT_CACERT: authority } }, 'ERROR', [/localhost/]);
    } finally {
      await gate.close();
    }
  });

  for (const algorithm of algorithms) {
    test(`${algorithm.keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const name = `bare-${algorithm.keySpec}`;
      await vault.createKey(name, algorithm.keySpec);
      const way = { environment, config: {} };
      await assertCertifies(session, way, `hashivault://${name}`, algorithm, await vault.publicKeyInfo(name));
    });
  }

  test('describe says what the server says', peers, async () => {
    const { print } = openTool(session, { environment, config: {} });
    const text = await print('key', 'describe', '--id', 'hashivault://rotated');
    assert.match(text, /Key spec: +EC-384\nState: +enabled\n/);
    assert.match(text, /Versions: +1, 2\n/);
    const older = openTool(session, { environment, config: { transit_key_version: '1' } });
    assert.match(await older.print('key', 'describe', '--id', 'hashivault://rotated'), /cannot sign with it: it is too old/);
  });

  test('a sealed server', peers, async () => {
    await vault.ask('PUT', 'sys/seal');
    await refuses({ id, config: { cert_chain: chain.file }, environment }, 'ERROR', [/Vault is sealed/, /unseal/]);
  });

  async function refuses(wish: Parameters<typeof assertRefuses>[1], errorCode: string, says: readonly RegExp[]): Promise<void> {
    await assertRefuses(session, wish, { errorCode, says, hides: [rootToken, 'hvs.not-a-token-at-all'] });
  }
});

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
