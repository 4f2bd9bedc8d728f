// The third-party cases of group crl, each against the function that judges it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { casesOf, needsVectors } from '../../support/third-party.ts';
import { judgeCrl } from './judge-crl.ts';

describe('third-party group crl', needsVectors, () => {
  const otherwise: string[] = [];

  for (const one of casesOf('crl'))
    test(`${one.id} is ${one.expected.verdict}`, async () => {
      if ((await judgeCrl(one)) !== undefined) otherwise.push(one.id);
    });

  test('one case alone is judged otherwise, for a reason', () => {
    assert.deepEqual(otherwise, ['crl-bssl-bad-thisupdate-too-old']);
  });
});
