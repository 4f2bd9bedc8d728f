// Spoiled trust policies: nothing but an error of ours comes out, and nothing that passes is less than a policy.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { parseBlobPolicy } from '../../../src/policy/blob.ts';
import { levels } from '../../../src/policy/level.ts';
import { parseOciPolicy } from '../../../src/policy/oci.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import { ofBytes, ofDocument } from '../../support/mutation.ts';
import { randomFrom } from '../../support/random.ts';

const iterations = Number(process.env['NOTATION_TS_KMS_FUZZ_ITERATIONS'] ?? 20_000) / 5;
const seed = Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? 11);

const trust = {
  trustStores: ['ca:acme', 'tsa:time'],
  trustedIdentities: ['x509.subject: C=US, ST=WA, O=a\\, b', 'x509.subject: CN=x, C=US, ST=WA, O=\\C3\\A9', 'other:x'],
};
const custom = { level: 'strict', override: { revocation: 'skip', expiry: 'log' }, verifyTimestamp: 'afterCertExpiry' };
const statements = [
  { name: 'a', registryScopes: ['registry.example.com:5000/a-b/c__d', 'local/e'], signatureVerification: custom, ...trust },
  { name: 'b', registryScopes: ['docker.io/library/f'], signatureVerification: { level: 'skip' } },
  { name: 'c', registryScopes: ['*'], globalPolicy: true, signatureVerification: { level: 'audit' }, ...trust, trustedIdentities: ['*'] },
];
const good = Buffer.from(JSON.stringify({ version: '1.0', trustPolicies: statements }, undefined, 2));

for (const [name, parse] of [
  ['trustpolicy.json', parseOciPolicy],
  ['trustpolicy.blob.json', parseBlobPolicy],
] as const) {
  describe(name, () => {
    test('is read when nothing is spoiled', () => check(parse(good, name).statements));

    test(`spoiled ${iterations} times with seed ${seed}`, () => {
      const random = randomFrom(seed);
      for (let round = 0; round < iterations; round += 1) {
        let bytes: Uint8Array = random.below(4) === 0 ? good : random.pick(ofDocument)(good, random, good);
        if (bytes.length > 0 && random.below(2) === 0) bytes = random.pick(ofBytes)(bytes, random, good);
        try {
          check(parse(bytes, name).statements);
        } catch (error) {
          if (error instanceof NotationError && error.code === 'POLICY') continue;
          throw new Error(`round ${round}: ${Buffer.from(bytes).toString('hex').slice(0, 4000)}`, { cause: error });
        }
      }
    });
  });
}

/** What a policy may not be, however it was come by. */
function check(read: readonly Demands[]): void {
  assert.ok(read.length > 0);
  assert.equal(new Set(read.map((one) => one.name)).size, read.length);
  for (const { name, level, actions, trustStores, trustedIdentities } of read) {
    assert.ok(typeof name === 'string' && name !== '');
    const skips = level === 'skip';
    assert.equal(actions.integrity, skips ? 'skip' : 'enforce');
    assert.equal(Object.values({ ...actions, revocation: levels[level].revocation }).includes('skip'), skips);
    assert.equal(trustStores.length === 0, skips);
    assert.equal(trustedIdentities.length === 0, skips);
    assert.ok(trustedIdentities.length === 1 || !trustedIdentities.some(({ kind }) => kind === 'any'));
  }
}
