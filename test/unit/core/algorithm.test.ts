import assert from 'node:assert/strict';
import { test } from 'node:test';
import { algorithmBy, algorithmOfSpec, algorithms } from '../../../src/core/algorithm.ts';

test('the six rows are those of the signature specification', () => {
  const rows = algorithms.map(({ keySpec, signing, hash, jws, cose }) => [keySpec, signing, hash, jws, cose]);
  assert.deepEqual(rows, [
    ['RSA-2048', 'RSASSA-PSS-SHA-256', 'SHA-256', 'PS256', -37],
    ['RSA-3072', 'RSASSA-PSS-SHA-384', 'SHA-384', 'PS384', -38],
    ['RSA-4096', 'RSASSA-PSS-SHA-512', 'SHA-512', 'PS512', -39],
    ['EC-256', 'ECDSA-SHA-256', 'SHA-256', 'ES256', -7],
    ['EC-384', 'ECDSA-SHA-384', 'SHA-384', 'ES384', -35],
    ['EC-521', 'ECDSA-SHA-512', 'SHA-512', 'ES512', -36],
  ]);
});

test('a row is found by any of its names, and by none that it has not', () => {
  for (const row of algorithms) {
    assert.equal(algorithmOfSpec(row.keySpec), row);
    for (const column of ['keySpec', 'signing', 'jws', 'cose'] as const) assert.equal(algorithmBy(column, row[column]), row);
  }
  for (const name of ['__proto__', 'constructor', 'RSA-1024', 'rsa-2048', '', undefined])
    assert.equal(algorithmBy('keySpec', name), undefined);
});
