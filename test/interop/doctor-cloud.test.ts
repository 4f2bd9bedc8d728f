// The doctor at key services of others: MiniStack and moto for AWS, a Key Vault on Microsoft's own wire layer, the core of Vault.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, type KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import type { Der } from '../../src/core/bytes.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { readTold, type Told } from '../support/doctor.ts';
import { appServiceHeader, type KeyVault, type Permission, pemOf, startKeyVault, tenant } from '../support/key-vault.ts';
import {
  type AwsKey,
  allowing,
  createKey,
  createRole,
  createUser,
  kmsClient,
  type Ministack,
  nameKey,
  publicKeyInfoOf,
  startMinistack,
} from '../support/ministack.ts';
import { startMoto } from '../support/moto.ts';
import { executableUnderTest, openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { certifyKey, type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { start } from '../support/process.ts';
import { rootToken, startVault, type Vault } from '../support/vault.ts';
import { placeEnvironment, userEnvironment } from './aws-environment.ts';

type Config = Readonly<Record<string, string>>;

/** Asks the built program; the trust of this machine is of no interest here. */
async function ask(id: string, config: Config, env: NodeJS.ProcessEnv): Promise<Told> {
  const options = Object.entries(config).flatMap(([name, value]) => ['--plugin-config', `${name}=${value}`]);
  const { code, stdout, stderr } = await start([executableUnderTest(), 'doctor', '--output', 'json', '--id', id, ...options], { env });
  return readTold(code, stdout, stderr);
}

/** What is wrong of the key and what belongs to it. */
function wrongOf({ wrong }: Told): readonly string[] {
  return wrong.filter((line) => /^(?:key|credentials|chain|network)\./.test(line));
}

async function certify(folder: string, name: string, root: Holder, publicKeyInfo: Der): Promise<string> {
  const path = join(folder, `${name}.pem`);
  writeFileSync(path, toPem([await certifyKey(name, publicKeyInfo, root), root.certificate.der]));
  return path;
}

describe('AWS KMS', needs('ministack', 'moto_server'), () => {
  const folder = openFolder();
  let stack: Ministack;
  let kms: KMSClient;
  let root: Holder;
  let key: AwsKey;
  let chain: string;
  before(async () => {
    stack = await startMinistack({ auth: true });
    kms = kmsClient(stack);
    root = await mintCa('root', undefined);
    key = await createKey(kms, 'ECC_NIST_P256');
    await nameKey(kms, key, 'alias/release');
    chain = await certify(folder, 'release', root, await publicKeyInfoOf(kms, key));
  });
  after(async () => {
    await stack?.stop();
    removeFolder(folder);
  });
  const at = (env: NodeJS.ProcessEnv, id = 'alias/release', config: Config = {}) =>
    ask(id, { cert_chain: chain, ...config }, { HOME: folder, ...env });

  test('a user who may do everything', async () => {
    const told = await at(userEnvironment(stack));
    assert.deepEqual(wrongOf(told), []);
    assert.match(told.of('credentials.source')[0]?.message ?? '', /environment variables/);
    assert.match(told.of('credentials.identity')[0]?.message ?? '', /^arn:aws:iam::000000000000:root/);
    assert.match(told.of('key.rotation')[0]?.message ?? '', new RegExp(`leads to ${key.arn}`));
    assert.match(told.of('key.permission')[0]?.message ?? '', /stand-in for AWS KMS/);
  });

  test('a user who may sign and nothing else can sign', async () => {
    const user = await createUser(stack, 'signer', allowing('kms:Sign'));
    const told = await at(userEnvironment(stack, user));
    assert.deepEqual(wrongOf(told), ['key.state unknown', 'key.rotation unknown', 'chain.key unknown']);
    assert.ok(!told.stdout.includes(user.secretAccessKey) && !told.stdout.includes(user.accessKeyId));
  });

  test('a user who may not sign', async () => {
    const user = await createUser(stack, 'looker', allowing('kms:GetPublicKey', 'kms:DescribeKey'));
    const told = await at(userEnvironment(stack, user));
    assert.deepEqual(wrongOf(told), ['key.permission failure']);
    assert.match(told.of('key.permission')[0]?.hint ?? '', /allow kms:Sign/);
    assert.match(told.stderr, /^Error: doctor found 1 failure: key\.permission: [^\n]*allow kms:Sign[^\n]*\n$/);
  });

  test('a secret that is wrong, and credentials that are not there', async () => {
    const { accessKeyId } = await createUser(stack, 'forgetful', allowing('kms:*'));
    const wrong = await at(userEnvironment(stack, { accessKeyId, secretAccessKey: 'wrong-secret-access-key' }));
    assert.equal(wrong.of('credentials.identity')[0]?.status, 'failure');
    assert.match(wrong.of('credentials.identity')[0]?.hint ?? '', /secret access key/);
    assert.ok(!(wrong.stdout + wrong.stderr).includes('wrong-secret-access-key'));
    const none = await at(placeEnvironment(stack));
    assert.equal(none.of('credentials.source')[0]?.status, 'failure');
    assert.match(none.of('credentials.source')[0]?.hint ?? '', /AWS_ACCESS_KEY_ID|aws sso login/);
  });

  test('a profile of the shared files, and a role', async () => {
    mkdirSync(join(folder, '.aws'), { recursive: true });
    const { accessKeyId, secretAccessKey } = await createUser(stack, 'profiled', allowing('kms:*', 'sts:AssumeRole'));
    writeFileSync(
      join(folder, '.aws', 'credentials'),
      `[team]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const profiled = await at({ ...placeEnvironment(stack), AWS_PROFILE: 'team' });
    assert.match(profiled.of('credentials.source')[0]?.message ?? '', /^credentials from the shared files, profile "team"/);
    assert.match(profiled.of('credentials.identity')[0]?.message ?? '', /user\/profiled/);
    const trusting = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const role = await createRole(stack, 'signing', trusting, allowing('kms:*'));
    const taken = await at(userEnvironment(stack), 'alias/release', { aws_role_arn: role });
    assert.match(taken.of('credentials.source')[0]?.message ?? '', new RegExp(`the role ${role}`));
    assert.match(taken.of('credentials.identity')[0]?.message ?? '', /assumed-role\/signing/);
    assert.deepEqual(wrongOf(taken), []);
  });

  test('another program and the metadata service of an instance', async () => {
    const { accessKeyId, secretAccessKey } = await createUser(stack, 'processed', allowing('kms:*'));
    const said = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
    writeFileSync(join(folder, 'credentials.json'), said);
    mkdirSync(join(folder, '.aws'), { recursive: true });
    writeFileSync(join(folder, '.aws', 'config'), `[profile program]\ncredential_process = cat ${join(folder, 'credentials.json')}\n`);
    const processed = await at({ ...placeEnvironment(stack), AWS_PROFILE: 'program' });
    assert.match(processed.of('credentials.source')[0]?.message ?? '', /^credentials from a credential_process, profile "program"/);
    assert.ok(!processed.stdout.includes(secretAccessKey));
    const { AWS_EC2_METADATA_DISABLED: _, ...place } = placeEnvironment(stack) as NodeJS.ProcessEnv;
    const instance = await at({ ...place, AWS_EC2_METADATA_SERVICE_ENDPOINT: stack.endpoint });
    assert.match(instance.of('credentials.source')[0]?.message ?? '', /^credentials from the instance metadata service, until 20/);
  });

  test('keys that cannot sign: disabled, pending deletion, for encryption, not there', async () => {
    const [disabled, dying] = [await createKey(kms, 'ECC_NIST_P256'), await createKey(kms, 'ECC_NIST_P256')];
    await kms.send(new DisableKeyCommand({ KeyId: disabled.id }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: dying.id, PendingWindowInDays: 7 }));
    const { KeyMetadata: secret } = await kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }));
    for (const [id, says] of [
      [disabled.arn, /disabled/],
      [dying.arn, /pending deletion/],
      [secret?.Arn ?? '', /no signing key/],
    ] as const) {
      const [state] = (await at(userEnvironment(stack), id)).of('key.state');
      assert.equal(state?.status, 'failure');
      assert.match(state.message, says);
    }
    const absent = await at(userEnvironment(stack), 'alias/absent');
    assert.ok(
      absent
        .of('key.state')
        .concat(absent.of('key.permission'))
        .every(({ status }) => status === 'failure'),
    );
    assert.match(absent.of('key.permission')[0]?.hint ?? '', /region/);
  });

  test('a chain of another key', async () => {
    const other = await certify(folder, 'other', root, await publicKeyInfoOf(kms, await createKey(kms, 'ECC_NIST_P256')));
    const told = await at(userEnvironment(stack), 'alias/release', { cert_chain: other });
    assert.deepEqual(wrongOf(told), ['key.permission failure', 'chain.key failure']);
  });

  test('moto, which signs wrongly, is found out', async () => {
    const moto = await startMoto();
    try {
      const client = kmsClient(moto);
      const wrong = await createKey(client, 'RSA_2048');
      const file = await certify(folder, 'moto', root, await publicKeyInfoOf(client, wrong));
      const told = await ask(wrong.arn, { cert_chain: file }, { HOME: folder, ...userEnvironment(moto) });
      const [permission] = told.of('key.permission');
      assert.equal(permission?.status, 'failure');
      assert.match(permission.message, /test signature does not verify/);
    } finally {
      await moto.stop();
    }
  });
});

describe('Azure Key Vault', needs('akv'), () => {
  const folder = openFolder();
  const app = { clientId: 'aaaaaaaa-0000-4000-8000-000000000001', secret: 'the-secret-of-the-application' };
  let vault: KeyVault;
  let issuers: string;
  let older: string;
  before(async () => {
    vault = await startKeyVault({ folder });
    const root = await mintCa('root', undefined);
    issuers = join(folder, 'issuers.pem');
    writeFileSync(issuers, toPem([root.certificate.der]));
    older = await vault.addVersion({ name: 'release', pem: pemOf(await mintLeaf('older', root)) });
    await vault.addVersion({ name: 'release', pem: pemOf(await mintLeaf('release', root)) });
    await vault.addVersion({ name: 'off', pem: pemOf(await mintLeaf('off', root)), enabled: false });
  });
  after(async () => {
    await vault?.stop();
    removeFolder(folder);
  });
  const at = async (path: string, permissions?: readonly Permission[], more: NodeJS.ProcessEnv = {}) => {
    await vault.addCaller({ ...app, ...(permissions && { permissions }) });
    const environment = {
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: app.clientId,
      AZURE_CLIENT_SECRET: app.secret,
      AZURE_AUTHORITY_HOST: `https://${vault.host}`,
    };
    const config = { credential_type: 'environment', ca_bundle: vault.authority, ca_certs: issuers };
    return ask(`https://${vault.host}/keys/${path}`, config, { HOME: folder, ...environment, ...more });
  };

  test('an application that may do everything; its token and its secret are not told', async () => {
    const told = await at('release');
    assert.deepEqual(
      wrongOf(told).filter((line) => !line.startsWith('credentials.identity')),
      [],
    );
    assert.match(told.of('credentials.source')[0]?.message ?? '', /application, by environment variables/);
    for (const secret of [app.secret, ...(await vault.tokens())]) assert.ok(!(told.stdout + told.stderr).includes(secret));
    assert.ok((await vault.tokens()).length > 0);
  });

  test('one that may sign and read the certificate can sign', async () => {
    const told = await at('release', ['keys/sign', 'certificates/get']);
    assert.deepEqual(
      wrongOf(told).filter((line) => line.endsWith('failure')),
      [],
    );
    assert.equal(told.of('key.permission')[0]?.status, 'ok');
    assert.equal(told.of('key.state')[0]?.status, 'unknown');
  });

  test('one that may not sign', async () => {
    const told = await at('release', ['keys/get', 'keys/list', 'certificates/get']);
    assert.deepEqual(
      wrongOf(told).filter((line) => line.endsWith('failure')),
      ['key.permission failure'],
    );
    assert.match(told.of('key.permission')[0]?.hint ?? '', /Key Vault Crypto User|access policy/);
  });

  test('an older version, by its name', async () => {
    const told = await at(`release/${older}`);
    assert.equal(told.of('key.rotation')[0]?.status, 'warning');
    assert.match(told.of('key.rotation')[0]?.message ?? '', new RegExp(`version ${older} is not the newest`));
    assert.equal(told.of('key.permission')[0]?.status, 'ok');
  });

  test('a key that is disabled, and one that is not there', async () => {
    const off = await at('off');
    assert.equal(off.of('key.state')[0]?.status, 'failure');
    assert.match(off.of('key.state')[0]?.message ?? '', /disabled/);
    const absent = await at('absent');
    assert.equal(absent.of('key.state')[0]?.status, 'failure');
  });

  test('a managed identity', async () => {
    await vault.addCaller({ clientId: '', managed: true });
    const environment = { IDENTITY_ENDPOINT: `${vault.identity}/msi/token`, IDENTITY_HEADER: appServiceHeader };
    const config = { ca_bundle: vault.authority, ca_certs: issuers };
    for (const type of ['managedid', 'default']) {
      const told = await ask(`https://${vault.host}/keys/release`, { ...config, credential_type: type }, { HOME: folder, ...environment });
      assert.match(told.of('credentials.source')[0]?.message ?? '', /a managed identity of this machine/, type);
      assert.equal(told.of('key.permission')[0]?.status, 'ok');
      assert.ok(!told.stdout.includes(appServiceHeader));
    }
  });

  test('a secret that is wrong', async () => {
    const told = await at('release', undefined, { AZURE_CLIENT_SECRET: 'a-wrong-secret-hunter2' });
    assert.equal(told.of('credentials.source')[0]?.status, 'failure');
    assert.ok(!(told.stdout + told.stderr).includes('hunter2'));
  });
});

describe('Vault Transit', needs('vaultdev'), () => {
  const folder = openFolder();
  let vault: Vault;
  let chain: string;
  before(async () => {
    vault = await startVault();
    await vault.createKey('release', 'EC-256');
    chain = await certify(folder, 'release', await mintCa('root', undefined), await vault.publicKeyInfo('release'));
  });
  after(async () => {
    await vault?.stop();
    removeFolder(folder);
  });
  const at = (token: string, config: Config = {}) =>
    ask('hashivault://release', { cert_chain: chain, ...config }, { HOME: folder, VAULT_ADDR: vault.address, VAULT_TOKEN: token });

  test('the root token, which is not told', async () => {
    const told = await at(rootToken);
    assert.deepEqual(wrongOf(told), []);
    assert.match(told.of('credentials.identity')[0]?.message ?? '', /^(?:root|token), with the policies root/);
    assert.ok(!told.stdout.includes(rootToken));
  });

  test('a token that is no token', async () => {
    const told = await at('hvs.no-such-token');
    assert.equal(told.of('credentials.identity')[0]?.status, 'warning');
    assert.equal(told.of('key.permission')[0]?.status, 'failure');
    assert.ok(!(told.stdout + told.stderr).includes('hvs.no-such-token'));
  });

  test('an older version, by its number, and by its certificate', async () => {
    await vault.ask('POST', 'transit/keys/release/rotate');
    const named = await at(rootToken, { transit_key_version: '1' });
    assert.deepEqual(wrongOf(named), ['key.rotation warning']);
    const byCertificate = await at(rootToken);
    assert.deepEqual(wrongOf(byCertificate), []);
    assert.equal(byCertificate.of('key.permission')[0]?.status, 'ok');
  });
});
