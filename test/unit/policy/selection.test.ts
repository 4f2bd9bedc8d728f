// Which statement applies (trust policy specification § Selecting a trust policy).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { parseBlobPolicy, selectBlobStatement } from '../../../src/policy/blob.ts';
import { parseOciPolicy, selectStatement, skippingAll } from '../../../src/policy/oci.ts';

const trust = { signatureVerification: { level: 'strict' }, trustStores: ['ca:a'], trustedIdentities: ['*'] };
const skip = { signatureVerification: { level: 'skip' } };

const bytesOf = (statements: readonly object[]) => Buffer.from(JSON.stringify({ version: '1.0', trustPolicies: statements }));
const oci = (...statements: readonly object[]) => parseOciPolicy(bytesOf(statements), 'policy.json');
const blob = (...statements: readonly object[]) => parseBlobPolicy(bytesOf(statements), 'policy.json');

const everything = { ...trust, name: 'everything', registryScopes: ['*'] };
const some = { ...trust, name: 'some', registryScopes: ['registry.example.com/a', 'registry.example.com/b/c'] };
const local = { ...skip, name: 'local', registryScopes: ['local/layout'] };

test('the statement with exactly that scope, wherever it stands, or else the one with *', () => {
  for (const policy of [oci(everything, some, local), oci(local, some, everything)]) {
    const chosen = [
      'registry.example.com/a',
      'registry.example.com/b/c',
      'registry.example.com/b',
      'local/layout',
      'example.com/a',
      'localhost:5000/a',
    ];
    assert.deepEqual(
      chosen.map((repository) => selectStatement(policy, repository).name),
      ['some', 'some', 'everything', 'local', 'everything', 'everything'],
    );
  }
});

test('no scope is a pattern, a prefix, or in another case', () => {
  for (const repository of [
    'registry.example.com/b',
    'registry.example.com/a/b',
    'registry.example.com/aa',
    'REGISTRY.example.com/a',
    'example.com/a',
  ]) {
    refuses(() => selectStatement(oci(some, local), repository), `"${repository}" has no applicable trust policy statement`);
  }
});

test('what is no repository is nothing that a statement is about', () => {
  for (const repository of [
    '',
    '*',
    'a',
    'registry.example.com/a:v1',
    'registry.example.com/a@sha256:0',
    'https://registry.example.com/a',
    'a/*',
    '/a',
    './a/b',
  ]) {
    refuses(() => selectStatement(oci(everything), repository), `expected a repository as registry/repository, found "${repository}"`);
  }
});

test('a long name is told from a repository at once', () => {
  for (const text of [`${'a'.repeat(100_000)}!/b`, `a/${'a'.repeat(100_000)}!`, `a/${'a-'.repeat(50_000)}!`, `${'a.'.repeat(50_000)}!/b`]) {
    refuses(() => selectStatement(oci(everything), text), 'expected a repository');
  }
});

test('the statement that skips everything is found', () => {
  assert.equal(skippingAll(oci(some, { ...skip, name: 'all', registryScopes: ['*'] }))?.name, 'all');
  assert.equal(skippingAll(oci(everything, local)), undefined);
});

test('blobs: the statement of that name, and the global one without a name', () => {
  const policy = blob({ ...trust, name: 'a' }, { ...trust, name: 'b', globalPolicy: true }, { ...skip, name: 'c' });
  assert.deepEqual(
    ['a', 'b', 'c', undefined].map((name) => selectBlobStatement(policy, name).name),
    ['a', 'b', 'c', 'b'],
  );
  for (const name of ['', 'A', 'b ', '*']) {
    refuses(() => selectBlobStatement(policy, name), `expected a statement named "${name}", found "a", "b", "c"`);
  }
  refuses(() => selectBlobStatement(blob({ ...trust, name: 'a' })), 'expected a statement with globalPolicy true, found none');
});

test("each kind passes over the other's members", () => {
  assert.equal(blob({ ...trust, name: 'a', registryScopes: 'whatever' }).statements[0]?.globalPolicy, false);
  assert.equal(oci({ ...everything, globalPolicy: 'whatever' }).statements.length, 1);
});

function refuses(select: () => unknown, words: string): void {
  assert.throws(select, (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, 'POLICY');
    assert.ok(error.message.includes(words), error.message);
    return true;
  });
}
