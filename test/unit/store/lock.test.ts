import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLockOf } from '../../../src/store/lock.ts';
import { temporaryFolder } from '../../support/key-files.ts';

test('one at a time, and nothing is left behind', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'new', 'file');
  const inside = { now: 0, most: 0, all: 0 };
  const work = async () => {
    inside.now += 1;
    inside.most = Math.max(inside.most, inside.now);
    await new Promise((resolve) => setImmediate(resolve));
    inside.now -= 1;
    inside.all += 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => withLockOf(path, work)));
  assert.deepEqual(inside, { now: 0, most: 1, all: 20 });
  assert.deepEqual(readdirSync(join(folder, 'new')), []);
});

test('the lock is given back when the work fails', async (t) => {
  const path = join(temporaryFolder(t), 'file');
  await assert.rejects(
    withLockOf(path, () => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
  assert.equal(existsSync(`${path}.lock`), false);
  assert.equal(await withLockOf(path, async () => 1), 1);
});

test('a lock that cannot be is an error', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(
    withLockOf(join(folder, 'file', 'below'), async () => 1),
    /below cannot be written/,
  );
  mkdirSync(join(folder, 'list.lock'));
  await assert.rejects(
    withLockOf(join(folder, 'list'), async () => 1),
    /list\.lock: expected a small regular file, found something else/,
  );
});
