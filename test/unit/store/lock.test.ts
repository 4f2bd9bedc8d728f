import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLock } from '../../../src/store/lock.ts';
import { temporaryFolder } from '../../support/key-files.ts';

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

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
  await Promise.all(Array.from({ length: 20 }, () => withLock(path, work)));
  assert.deepEqual(inside, { now: 0, most: 1, all: 20 });
  assert.deepEqual(readdirSync(join(folder, 'new')), []);
});

test('the lock is given back when the work fails', async (t) => {
  const path = join(temporaryFolder(t), 'file');
  await assert.rejects(
    withLock(path, () => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
  assert.equal(existsSync(`${path}.lock`), false);
  assert.equal(await withLock(path, async () => 1), 1);
});

function space(): string {
  return existsSync('/proc/self/ns/pid') ? readlinkSync('/proc/self/ns/pid') : '';
}

const leftOver: readonly (readonly [name: string, content: string])[] = [
  ['a process that was killed here', `${deadProcess()} ${hostname()}/${space()} 1 1\n`],
  ['a process of another container', `${deadProcess()} ${hostname()}/pid:[1] 1 1\n`],
  ['a process that was killed elsewhere', '1 another-machine.example.com 1 1\n'],
  ['a process that was killed before it could write', ''],
];

for (const [name, content] of leftOver) {
  test(`takes over the lock of ${name}, one at a time`, async (t) => {
    const path = join(temporaryFolder(t), 'file');
    writeFileSync(`${path}.lock`, content);
    const inside = { now: 0, most: 0 };
    const work = async () => {
      inside.now += 1;
      inside.most = Math.max(inside.most, inside.now);
      await new Promise((resolve) => setImmediate(resolve));
      inside.now -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, work)));
    assert.equal(inside.most, 1);
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });
}

test('a lock that cannot be is an error', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(
    withLock(join(folder, 'file', 'below'), async () => 1),
    /below cannot be written/,
  );
  mkdirSync(join(folder, 'list.lock'));
  await assert.rejects(
    withLock(join(folder, 'list'), async () => 1),
    /list cannot be written: it is a directory/,
  );
});
