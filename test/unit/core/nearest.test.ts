import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../src/core/nearest.ts';

const names = ['cert_chain', 'ca_certs', 'timeout', 'log_file'];
const cases: readonly (readonly [string, string | undefined])[] = [
  ['cert_chian', 'cert_chain'],
  ['certchain', 'cert_chain'],
  ['CA_CERTS', 'ca_certs'],
  ['timeoutt', 'timeout'],
  ['logfile', 'log_file'],
  ['passphrase', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
];

for (const [word, expected] of cases) {
  test(`nearest to ${JSON.stringify(word.slice(0, 20))} is ${expected}`, () => assert.equal(nearest(word, names), expected));
}
