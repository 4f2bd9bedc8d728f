import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OcspFindings } from '../../../src/revocation/ocsp.ts';
import { rememberOcsp } from '../../../src/revocation/ocsp-memory.ts';
import { during } from '../../support/pki.ts';

const source = { method: 'OCSP', url: 'http://ocsp.test/', thisUpdate: during, nextUpdate: new Date('2027-01-01'), cached: false } as const;
const good: OcspFindings = { status: { kind: 'good' }, source, problems: [] };

test('the oldest answers are forgotten when there are too many, and an answer that is renewed is not old', async () => {
  let time = during.getTime();
  const remember = rememberOcsp(() => new Date(time));
  const asked: string[] = [];
  const ask = (key: string) =>
    remember(key, async () => {
      asked.push(key);
      return good;
    });
  await ask('first');
  await ask('second');
  time += 11 * 60_000;
  await ask('first');
  for (let count = 2; count < 4096; count += 1) await ask(`other ${count}`);
  asked.length = 0;
  time -= 5 * 60_000;
  await ask('second');
  await ask('other 4095');
  assert.deepEqual(asked, []);
  await ask('one more');
  await ask('first');
  await ask('second');
  assert.deepEqual(asked, ['one more', 'second']);
});

test('what fails for a reason of our own is asked again', async () => {
  const remember = rememberOcsp(() => during);
  await assert.rejects(remember('key', () => Promise.reject(new Error('a bug'))));
  assert.equal(await remember('key', async () => good), good);
});
