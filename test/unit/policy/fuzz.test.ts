// Spoiled trust policies: nothing but an error of ours comes out, and nothing that passes is less than a policy.
import assert from 'node:assert/strict';
import { NotationError } from '../../../src/core/error.ts';
import { parseBlobPolicy } from '../../../src/policy/blob.ts';
import { levels } from '../../../src/policy/level.ts';
import { parseOciPolicy } from '../../../src/policy/oci.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import { fuzz, iterations, seedOf } from '../../support/fuzz.ts';
import { ofBytes, ofDocument } from '../../support/mutation.ts';

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

/** More often as a document than as bytes. */
const mutations = [...ofDocument, ...ofDocument, ...ofDocument, ...ofDocument, ...ofDocument, ...ofBytes];

for (const [name, parse] of [
  ['trustpolicy.json', parseOciPolicy],
  ['trustpolicy.blob.json', parseBlobPolicy],
] as const) {
  const read = (bytes: Uint8Array) => check(readOrRefuse(() => parse(bytes, name).statements));
  fuzz({ name, good: [good], mutations, read }, iterations / 5, seedOf(11));
}

/** @throws NotationError `POLICY` and no other */
function readOrRefuse(parse: () => readonly Demands[]): readonly Demands[] {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof NotationError && error.code === 'POLICY', error instanceof Error ? error : String(error));
    throw error;
  }
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
