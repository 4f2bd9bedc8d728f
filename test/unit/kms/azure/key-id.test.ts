import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { cloudOf, isLoopback } from '../../../../src/kms/azure/cloud.ts';
import { parseAzureKeyId, versionIn } from '../../../../src/kms/azure/key-id.ts';

const v = '0123456789abcdef0123456789abcdef';

const readable: readonly (readonly [keyId: string, origin: string, collection: string, name: string, version?: string])[] = [
  ['azurekms://release.vault.azure.net/signing', 'https://release.vault.azure.net', 'keys', 'signing'],
  [`azurekms://release.vault.azure.net/signing/${v}`, 'https://release.vault.azure.net', 'keys', 'signing', v],
  ['azurekms://release.vault.azure.net/signing/', 'https://release.vault.azure.net', 'keys', 'signing'],
  ['AzureKMS://Release.Vault.Azure.NET/Signing', 'https://release.vault.azure.net', 'keys', 'Signing'],
  ['azurekms://localhost:8443/signing', 'https://localhost:8443', 'keys', 'signing'],
  ['azurekms://[::1]:8443/signing', 'https://[::1]:8443', 'keys', 'signing'],
  ['azurekms://release.vault.azure.net:443/signing', 'https://release.vault.azure.net', 'keys', 'signing'],
  ['https://release.vault.azure.net/keys/signing', 'https://release.vault.azure.net', 'keys', 'signing'],
  [`https://release.vault.azure.net/keys/signing/${v}/`, 'https://release.vault.azure.net', 'keys', 'signing', v],
  ['https://release.vault.azure.net/certificates/signing', 'https://release.vault.azure.net', 'certificates', 'signing'],
  [`HTTPS://RELEASE.vault.azure.cn:8443/certificates/signing/${v}`, 'https://release.vault.azure.cn:8443', 'certificates', 'signing', v],
  ['https://pool.managedhsm.azure.net/keys/signing', 'https://pool.managedhsm.azure.net', 'keys', 'signing'],
];

const refused: readonly (readonly [keyId: string, found: RegExp])[] = [
  ['https://release.vault.azure.net/secrets/signing', /found a secret/],
  ['https://release.vault.azure.net/storage/signing', /found something else/],
  ['https://release.vault.azure.net/Keys/signing', /found something else/],
  ['https://release.vault.azure.net/keys', /found something else/],
  ['https://release.vault.azure.net/keys/', /found something else/],
  ['https://release.vault.azure.net/', /found something else/],
  [`https://release.vault.azure.net/keys/signing/${v}/sign`, /found something else/],
  ['https://release.vault.azure.net/keys/signing//', /found something else/],
  ['https://release.vault.azure.net/keys/signing?api-version=7.4', /found something else/],
  ['https://release.vault.azure.net/keys/signing#top', /found something else/],
  ['https://release.vault.azure.net/keys/../secrets', /found something else/],
  ['https://release.vault.azure.net/keys/sig%2Fning', /found something else/],
  ['https://release.vault.azure.net/keys/sig_ning', /found something else/],
  ['https://user:password@release.vault.azure.net/keys/signing', /found something else/],
  ['https://evil.example\\@release.vault.azure.net/keys/signing', /found something else/],
  ['https://release.vault.azure.net:99999/keys/signing', /found something else/],
  ['azurekms://', /found something else/],
  ['azurekms:///signing', /found something else/],
  ['azurekms://release.vault.azure.net', /found something else/],
  ['azurekms:release.vault.azure.net/signing', /found something else/],
  [`azurekms://release.vault.azure.net/keys/signing/${v}`, /found something else/],
];

describe('key ids of Azure', () => {
  for (const [keyId, origin, collection, name, version] of readable) {
    test(keyId, () => {
      const id = parseAzureKeyId(keyId);
      assert.deepEqual([id.origin, id.collection, id.name, id.version], [origin, collection, name, version]);
      assert.equal(`https://${id.host}`, origin);
    });
  }

  for (const [keyId, found] of refused) {
    test(`refused: ${keyId}`, () => {
      assert.throws(
        () => parseAzureKeyId(keyId),
        (error) =>
          error instanceof NotationError && error.code === 'KEY_NOT_FOUND' && found.test(error.message) && !/password/.test(error.message),
      );
    });
  }

  test('versions in ids that a vault gives', () => {
    const id = `https://other.vault.azure.net/keys/Signing/${v}`;
    assert.equal(versionIn(id, 'keys', 'signing'), v);
    assert.equal(versionIn(id, 'secrets', 'signing'), undefined);
    assert.equal(versionIn(id, 'keys', 'release'), undefined);
    assert.equal(versionIn(`${id}/more`, 'keys', 'signing'), undefined);
    assert.equal(versionIn('https://other.vault.azure.net/keys/signing', 'keys', 'signing'), undefined);
    assert.equal(versionIn('no url', 'keys', 'signing'), undefined);
    assert.equal(versionIn(undefined, 'keys', 'signing'), undefined);
  });
});

const clouds: readonly (readonly [hostname: string, kind: string, resource: string, authority: string])[] = [
  ['v.vault.azure.net', 'vault', 'https://vault.azure.net', 'https://login.microsoftonline.com'],
  ['v.vault.azure.cn', 'vault', 'https://vault.azure.cn', 'https://login.chinacloudapi.cn'],
  ['v.vault.usgovcloudapi.net', 'vault', 'https://vault.usgovcloudapi.net', 'https://login.microsoftonline.us'],
  ['h.managedhsm.azure.net', 'hsm', 'https://managedhsm.azure.net', 'https://login.microsoftonline.com'],
  ['h.managedhsm.azure.cn', 'hsm', 'https://managedhsm.azure.cn', 'https://login.chinacloudapi.cn'],
  ['h.managedhsm.usgovcloudapi.net', 'hsm', 'https://managedhsm.usgovcloudapi.net', 'https://login.microsoftonline.us'],
];

describe('clouds of Azure', () => {
  for (const [hostname, kind, resource, authority] of clouds) {
    test(hostname, () => assert.deepEqual(cloudOf(hostname), { kind, resource, authority }));
  }

  for (const hostname of ['vault.azure.net', 'evilvault.azure.net', 'v.vault.azure.net.evil.example', 'vault.internal', 'localhost']) {
    test(`no cloud: ${hostname}`, () => assert.equal(cloudOf(hostname), undefined));
  }

  test('names of this machine', () => {
    for (const name of ['localhost', 'v.localhost', '127.0.0.1', '127.9.9.9', '[::1]']) assert.ok(isLoopback(name), name);
    for (const name of ['localhost.example', 'notlocalhost', '127.0.0.1.example', '128.0.0.1', '[::2]']) assert.ok(!isLoopback(name), name);
  });
});
