import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type LockPlace, withLock } from '../../../src/core/file-lock.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';
import { start } from '../../support/process.ts';

const folder = openFolder();
after(() => removeFolder(folder));
let count = 0;
const fresh = () => {
  const layout = join(folder, `${count++}`);
  mkdirSync(layout);
  return join(layout, 'lock');
};
const at = (path: string): LockPlace => ({ path, temporary: () => `${path}.${count++}` });
const hurried = { waitMs: 60, staleMs: 60_000 };
const done = async () => 'done';

describe('a lock', () => {
  test('is there while the work is done, names its holder, and is gone afterwards', async () => {
    const path = fresh();
    const seen = await withLock(at(path), hurried, async (isMine) => {
      assert.ok(isMine());
      return readFileSync(path, 'utf8');
    });
    assert.equal(JSON.parse(seen).pid, process.pid);
    assert.equal(JSON.parse(seen).host, hostname());
    assert.ok(!existsSync(path));
  });

  test('is gone after work that fails', async () => {
    const path = fresh();
    await assert.rejects(
      withLock(at(path), hurried, async () => Promise.reject(new Error('work'))),
      /work/,
    );
    assert.ok(!existsSync(path));
  });

  test('is held by one at a time', async () => {
    const path = fresh();
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => withLock(at(path), { waitMs: 60_000, staleMs: 60_000 }, work)));
  });

  test('of a process that lives is waited for, and the complaint names it', async () => {
    const path = fresh();
    await withLock(at(path), hurried, async () => {
      const message = new RegExp(`expected it to be free within 0.06 s, found it held by process ${process.pid} on `);
      await assert.rejects(withLock(at(path), hurried, done), { code: 'TIMEOUT', message, hint: /try again/ });
    });
  });

  test('that was taken away is known to be', async () => {
    const path = fresh();
    await withLock(at(path), hurried, async (isMine) => {
      writeFileSync(path, 'of another');
      assert.ok(!isMine());
    });
    assert.equal(readFileSync(path, 'utf8'), 'of another');
  });

  test('in a folder that is not there is a failure of the file', async () => {
    await assert.rejects(withLock(at(join(folder, 'absent', 'lock')), hurried, done), { code: 'FILE', message: /it does not exist/ });
  });
});

describe('a lock that was left behind', () => {
  test('by a process that was killed is taken over at once', async () => {
    const path = fresh();
    const module = join(import.meta.dirname, '../../../src/core/file-lock.ts');
    const program = `const { withLock } = await import(${JSON.stringify(module)});
      await withLock({ path: process.argv[1], temporary: () => process.argv[1] + '.new' }, { waitMs: 0, staleMs: 0 }, async () => process.kill(process.pid, 'SIGKILL'));`;
    const { signal } = await start([process.execPath, '--input-type=module', '-e', program, path]);
    assert.equal(signal, 'SIGKILL');
    assert.notEqual(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
    assert.equal(await withLock(at(path), hurried, done), 'done');
    assert.deepEqual(readdirSync(dirname(path)), []);
  });

  test('by an earlier process of this same number is taken over at once', async () => {
    const path = fresh();
    await withLock(at(path), hurried, async () => {
      const left = { ...JSON.parse(readFileSync(path, 'utf8')), token: '0' };
      writeFileSync(path, JSON.stringify(left));
      assert.equal(await withLock(at(path), hurried, done), 'done');
    });
  });

  const elsewhere = [
    ['on another machine', JSON.stringify({ pid: 1, host: 'elsewhere', space: '' })],
    ['by one that was killed before it gave its name', ''],
    ['by something else', 'not JSON'],
  ] as const;
  for (const [name, content] of elsewhere) {
    test(`${name} is waited for, and taken over when it does not change`, async () => {
      const path = fresh();
      writeFileSync(path, content);
      await assert.rejects(withLock(at(path), hurried, done), { code: 'TIMEOUT' });
      assert.equal(await withLock(at(path), { waitMs: 60_000, staleMs: 50 }, done), 'done');
    });
  }
});
