import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { checkMaySign, describeVaultKey, publicKeyInfoIn } from '../../../../src/kms/azure/key-state.ts';
import type { VaultKey } from '../../../../src/kms/azure/keys.ts';
import { keyOf } from '../../../support/pki.ts';

const now = new Date('2026-06-01T00:00:00Z');
const earlier = new Date('2026-05-01T00:00:00Z');
const later = new Date('2026-07-01T00:00:00Z');

const plain: VaultKey = {
  id: 'https://v.vault.azure.net/keys/k/1',
  version: '1',
  kty: 'EC-HSM',
  curve: 'P-256',
  publicKeyInfo: keyOf('EC-256').publicKeyInfo,
  operations: ['sign', 'verify'],
  enabled: true,
  notBefore: undefined,
  expires: undefined,
  created: earlier,
};

const states: readonly (readonly [state: string, change: Partial<VaultKey>, refusal?: RegExp])[] = [
  ['enabled', {}],
  ['enabled', { notBefore: earlier, expires: later }],
  ['disabled', { enabled: false }, /one that is disabled/],
  ['not yet valid', { notBefore: later }, /one that is not yet valid/],
  ['expired', { expires: earlier }, /one that is expired/],
  ['enabled', { operations: ['encrypt', 'decrypt'] }, /one for encrypt, decrypt/],
  ['enabled', { operations: [] }, /one for nothing/],
];

describe('states of keys', () => {
  for (const [state, change, refusal] of states) {
    test(`${state} ${JSON.stringify(change)}`, () => {
      const key = { ...plain, ...change };
      assert.equal(describeVaultKey(key, now).state, state);
      if (refusal === undefined) checkMaySign(key, now);
      else assert.throws(() => checkMaySign(key, now), isUnusable(refusal));
    });
  }

  test('a description says spec, version, algorithms and where the key is kept', () => {
    const { spec, version, algorithms: names, facts } = describeVaultKey({ ...plain, expires: later }, now);
    assert.deepEqual([spec, version, names], ['EC-256', '1', ['ES256']]);
    assert.ok(Object.values(facts).includes('hardware') && Object.values(facts).includes(later.toISOString()));
    assert.deepEqual(describeVaultKey({ ...plain, operations: ['wrapKey'] }, now).algorithms, []);
  });

  test('keys of no spec are described by their own names, and refused', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'der', type: 'spki' });
    assert.equal(describeVaultKey({ ...plain, kty: 'RSA', curve: undefined, publicKeyInfo: small }, now).spec, 'RSA-1024');
    const odd = { ...plain, kty: 'EC-HSM', curve: 'P-256K', publicKeyInfo: undefined };
    assert.equal(describeVaultKey(odd, now).spec, 'EC-HSM P-256K');
    assert.throws(() => publicKeyInfoIn(odd), isUnusable(/found EC-HSM P-256K/));
    assert.throws(() => publicKeyInfoIn({ ...odd, kty: 'oct-HSM', curve: undefined }), isUnusable(/found oct-HSM/));
  });
});

function isUnusable(found: RegExp) {
  return (error: unknown) => error instanceof NotationError && error.code === 'KEY_UNUSABLE' && found.test(error.message);
}
