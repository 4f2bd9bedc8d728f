// Which file holds which trust policy, and what may be in its place.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { disk } from '../../../src/store/disk.ts';
import {
  blobPolicyPlace,
  ociPolicyPlace,
  passedOver,
  policyLimit,
  readBlobPolicy,
  readOciPolicy,
  writePolicy,
} from '../../../src/store/trust-policy.ts';
import { readTrustStore, trustStorePath } from '../../../src/store/trust-store.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { mintCa } from '../../support/pki.ts';

const at = (config: string) => ({ config, libexec: config });

const policyOf = (name: string) =>
  JSON.stringify({
    version: '1.0',
    trustPolicies: [
      { name, registryScopes: ['*'], signatureVerification: { level: 'strict' }, trustStores: ['ca:a'], trustedIdentities: ['*'] },
    ],
  });

/** A configuration folder with those files. */
function folderWith(t: { after(work: () => void): void }, files: Readonly<Record<string, string>>): string {
  const config = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(config, name), text, { mode: 0o600 });
  return config;
}

const nameOf = async (config: string) => (await readOciPolicy(at(config), disk)).statements[0]?.name;

test('trustpolicy.oci.json is read, and trustpolicy.json where there is none', async (t) => {
  const config = folderWith(t, {
    'trustpolicy.json': policyOf('1'),
    'trustpolicy.oci.json': policyOf('2'),
    'trustpolicy.blob.json': policyOf('blob'),
  });
  assert.equal(await nameOf(config), '2');
  assert.equal(passedOver(ociPolicyPlace(at(config)), at(config)), join(config, 'trustpolicy.json'));
  writeFileSync(join(config, 'trustpolicy.oci.json'), '{');
  await refuses(readOciPolicy(at(config), disk), 'POLICY', /^trustpolicy\.oci\.json: /);
  rmSync(join(config, 'trustpolicy.oci.json'));
  assert.equal(await nameOf(config), '1');
  assert.equal(passedOver(ociPolicyPlace(at(config)), at(config)), undefined);
  assert.equal((await readBlobPolicy(at(config), disk)).statements[0]?.name, 'blob');
  symlinkSync('nowhere', join(config, 'trustpolicy.oci.json'));
  await refuses(readOciPolicy(at(config), disk), 'FILE', /trustpolicy\.oci\.json: expected .* found a symbolic link/);
});

test('what is absent is said, and how to make it', async (t) => {
  const config = temporaryFolder(t);
  for (const [read, file, command] of [
    [readOciPolicy, 'trustpolicy.json', /^notation-ts-kms policy init/],
    [readBlobPolicy, 'trustpolicy.blob.json', /^notation-ts-kms blob policy init/],
  ] as const) {
    await assert.rejects(read(at(config), disk), (error) => {
      assert.ok(error instanceof NotationError && error.code === 'FILE');
      assert.equal(error.message, `trust policy is not present: ${join(config, file)} does not exist`);
      assert.match(error.hint ?? '', command);
      return true;
    });
  }
});

test('links, folders and files without end are no policies', async (t) => {
  const config = folderWith(t, { good: policyOf('a') });
  const path = join(config, 'trustpolicy.json');
  symlinkSync('good', path);
  await refuses(readOciPolicy(at(config), disk), 'FILE', /expected a trust policy that is a regular file, found a symbolic link/);
  rmSync(path);
  mkdirSync(path);
  await refuses(readOciPolicy(at(config), disk), 'FILE', /expected a trust policy that is a regular file, found another kind of file/);
  rmSync(path, { recursive: true });
  writeFileSync(path, policyOf('a').padEnd(policyLimit + 1));
  await refuses(readOciPolicy(at(config), disk), 'FILE', /expected at most 1048576 bytes, found 1048577/);
  writeFileSync(path, policyOf('a').padEnd(policyLimit));
  assert.equal(await nameOf(config), 'a');
});

test('a policy that everybody may change is none', async (t) => {
  const config = folderWith(t, { 'trustpolicy.json': policyOf('a'), 'trustpolicy.blob.json': policyOf('a') });
  for (const [path, mode] of [
    [join(config, 'trustpolicy.json'), 0o602],
    [config, 0o777],
  ] as const) {
    const before = statSync(path).mode & 0o777;
    chmodSync(path, mode);
    await refuses(
      readOciPolicy(at(config), disk),
      'FILE',
      new RegExp(`expected that only its owner and group may change it, .* found mode 0${mode.toString(8)}$`),
    );
    chmodSync(path, before);
  }
  chmodSync(join(config, 'trustpolicy.json'), 0o664);
  assert.equal(await nameOf(config), 'a');
  chmodSync(join(config, 'trustpolicy.blob.json'), 0o666);
  await refuses(readBlobPolicy(at(config), disk), 'FILE', /found mode 0666/);
});

test('a trust store that everybody may change is none', async (t) => {
  const config = temporaryFolder(t);
  const file = trustStorePath(at(config), 'ca', 's', 'root.crt');
  const folders = ['truststore', 'truststore/x509', 'truststore/x509/ca', 'truststore/x509/ca/s'].map((name) => join(config, name));
  for (const folder of folders) mkdirSync(folder);
  writeFileSync(file, toPem([(await mintCa('root', undefined)).certificate.der]));
  for (const path of [config, ...folders, file]) {
    const before = statSync(path).mode & 0o777;
    chmodSync(path, 0o777);
    await refuses(
      readTrustStore(at(config), 'ca', 's', disk),
      'FILE',
      /expected that only its owner and group may change it, .* found mode 0777/,
    );
    chmodSync(path, before);
  }
  assert.equal((await readTrustStore(at(config), 'ca', 's', disk)).length, 1);
});

test('a policy is written whole, for its owner alone, where the one in effect is', async (t) => {
  const config = join(temporaryFolder(t), 'notation');
  await writePolicy(ociPolicyPlace(at(config)), policyOf('a'));
  assert.equal(readFileSync(join(config, 'trustpolicy.json'), 'utf8'), policyOf('a'));
  assert.equal(statSync(join(config, 'trustpolicy.json')).mode & 0o777, 0o600);
  writeFileSync(join(config, 'trustpolicy.oci.json'), '', { mode: 0o644 });
  await writePolicy(ociPolicyPlace(at(config)), policyOf('b'));
  assert.equal(await nameOf(config), 'b');
  assert.equal(statSync(join(config, 'trustpolicy.oci.json')).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(config, 'trustpolicy.json'), 'utf8'), policyOf('a'));
  assert.equal(blobPolicyPlace(at(config)).path, join(config, 'trustpolicy.blob.json'));
});

async function refuses(reading: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  });
}
