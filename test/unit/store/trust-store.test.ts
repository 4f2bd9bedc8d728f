import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { disk } from '../../../src/store/disk.ts';
import { checkStoreName, readTrustStore, readTrustStores, trustStorePath } from '../../../src/store/trust-store.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { mintChain } from '../../support/pki.ts';

const at = (config: string) => ({ config, libexec: config });

async function storeWithRoot(config: string): Promise<string> {
  const root = (await mintChain()).at(-1)?.certificate.der;
  assert.ok(root);
  const path = trustStorePath(at(config), 'ca', 's', 'root.crt');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, toPem([root]));
  return path;
}

test('every certificate of a store is read', async (t) => {
  const config = temporaryFolder(t);
  await storeWithRoot(config);
  assert.equal((await readTrustStore(at(config), 'ca', 's', disk)).length, 1);
});

// TST-002, RFC 7468 §5.1.
test('a file may hold several certificates, in PEM by either label or in DER', async (t) => {
  const config = temporaryFolder(t);
  const path = await storeWithRoot(config);
  const roots = (await mintChain()).slice(1).map(({ certificate }) => certificate.der);
  for (const content of [toPem(roots).replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), Buffer.concat(roots)]) {
    writeFileSync(path, content);
    assert.equal((await readTrustStore(at(config), 'ca', 's', disk)).length, 2);
  }
});

// Vector store-symlinked-file, and what is like it.
test('links and folders in a store, and a store that is a link, are refused', async (t) => {
  const config = temporaryFolder(t);
  const path = await storeWithRoot(config);
  symlinkSync(dirname(path), join(dirname(path), '..', 'linked'));
  await assert.rejects(readTrustStore(at(config), 'ca', 'linked', disk), /expected a folder, found a link/);
  symlinkSync(path, `${path}.link.crt`);
  await assert.rejects(readTrustStore(at(config), 'ca', 's', disk), /expected a regular file, found a folder or a link/);
  const other = temporaryFolder(t);
  mkdirSync(join(dirname(await storeWithRoot(other)), 'sub'));
  await assert.rejects(readTrustStore(at(other), 'ca', 's', disk), /expected a regular file/);
});

// Vector store-not-existing.
test('a store that does not exist, or is empty, is refused', async (t) => {
  const config = temporaryFolder(t);
  await assert.rejects(readTrustStore(at(config), 'ca', 'does-not-exist', disk), /"does-not-exist" of type "ca" does not exist/);
  mkdirSync(join(config, 'truststore', 'x509', 'ca', 'empty'), { recursive: true });
  await assert.rejects(readTrustStore(at(config), 'ca', 'empty', disk), /has no certificates/);
});

test('all stores of a type, and why some cannot be read', async (t) => {
  const config = temporaryFolder(t);
  assert.deepEqual(await readTrustStores(at(config), 'ca', disk), []);
  await storeWithRoot(config);
  mkdirSync(join(config, 'truststore', 'x509', 'ca', 'empty'));
  writeFileSync(join(config, 'truststore', 'x509', 'ca', 'a file'), '');
  const stores = await readTrustStores(at(config), 'ca', disk);
  const found = stores.map((one) => [one.name, 'error' in one ? one.error.code : one.certificates.length]);
  assert.deepEqual(found, [
    ['a file', 'REQUEST'],
    ['empty', 'FILE'],
    ['s', 1],
  ]);
  assert.deepEqual(await readTrustStores(at(config), 'tsa', disk), []);
  writeFileSync(join(config, 'truststore', 'x509', 'tsa'), '');
  assert.deepEqual(await readTrustStores(at(config), 'tsa', disk), [], 'a file in the way is no store');
});

for (const name of ['', '.', '..', 'a/b', 'a\\b', 'a b', 'ä', 'a\0']) {
  test(`refuses the store name ${JSON.stringify(name)}`, () => assert.throws(() => checkStoreName(name, 'name'), /name needs to follow/));
}
