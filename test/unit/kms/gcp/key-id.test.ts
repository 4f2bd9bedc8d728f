import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../../src/core/error.ts';
import { isSameVersion, parseGcpKeyId, versionName } from '../../../../src/kms/gcp/key-id.ts';

const key = 'projects/example/locations/europe-west3/keyRings/release/cryptoKeys/app';

describe('key ids of Google Cloud KMS', () => {
  const readable: readonly (readonly [id: string, key: string, version?: string])[] = [
    [`gcpkms://${key}/cryptoKeyVersions/1`, key, '1'],
    [`GCPKMS://${key}/cryptoKeyVersions/1`, key, '1'],
    [`${key}/cryptoKeyVersions/12`, key, '12'],
    [`gcpkms://${key}/versions/3`, key, '3'],
    [`gcpkms://${key}`, key],
    [key.replace('example', 'example.com:project-1'), key.replace('example', 'example.com:project-1')],
  ];
  for (const [id, name, version] of readable) {
    test(id, () => assert.deepEqual(parseGcpKeyId(id), { key: name, ...(version !== undefined && { version }) }));
  }

  const unreadable: readonly string[] = [
    'gcpkms://',
    `gcpkms:///${key}`,
    `gcpkms://kms.example/${key}`,
    `${key}/`,
    `${key}/cryptoKeyVersions/`,
    `${key}/cryptoKeyVersions/0`,
    `${key}/cryptoKeyVersions/01`,
    `${key}/cryptoKeyVersions/1/publicKey`,
    `${key}/cryptoKeyVersions/1:asymmetricSign`,
    `${key}/cryptoKeyVersions/1\n`,
    `${key}/cryptoKeyVersions/primary`,
    `${key}?x=1`,
    key.replace('app', '..'),
    key.replace('app', 'a%2Fb'),
    key.replace('release', 'two words'),
  ];
  for (const id of unreadable) {
    test(`${JSON.stringify(id)} is refused`, () => {
      assert.throws(
        () => parseGcpKeyId(id),
        (error) => error instanceof NotationError && error.code === 'KEY_NOT_FOUND',
      );
    });
  }

  test('whatever is written into one leads nowhere else on the server', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w./:%?#@\\-]{1,20}$/), (part) => {
        try {
          const parsed = parseGcpKeyId(key.replace('app', part));
          const name = versionName(parsed, '1');
          assert.equal(new URL(`https://kms.example/v1/${name}:asymmetricSign`).pathname, `/v1/${name}:asymmetricSign`);
        } catch (error) {
          assert.ok(error instanceof NotationError);
        }
      }),
    );
  });
});

describe('names of one version', () => {
  const version = `${key}/cryptoKeyVersions/1`;
  const byNumber = version.replace('example', '123456');
  const pairs: readonly (readonly [other: string, same: boolean])[] = [
    [version, true],
    [byNumber, true],
    [`${key}/cryptoKeyVersions/2`, false],
    [version.replace('example', 'other'), false],
    [byNumber.replace('app', 'other'), false],
    ['', false],
  ];
  for (const [other, same] of pairs) test(`${JSON.stringify(other)}: ${same}`, () => assert.equal(isSameVersion(version, other), same));

  test('two numbers are two projects', () => assert.equal(isSameVersion(byNumber, version.replace('example', '654321')), false));
});
