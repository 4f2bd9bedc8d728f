import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inBatches } from '../../../../src/kms/vault/batch.ts';

/** Batches as they were asked for, each answered when the test says so. */
function openRuns() {
  const asked: (readonly number[])[] = [];
  const release: (() => void)[] = [];
  const run = async (items: readonly number[]) => {
    asked.push(items);
    await new Promise<void>((resolve) => release.push(resolve));
    return items.map((item) => (item < 0 ? { error: new Error(`no ${item}`) } : { value: item * 2 }));
  };
  const next = async () => {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { asked, run, next };
}

describe('calls in batches', () => {
  test('what is called in one breath, and what comes while a batch is under way, shares a batch', async () => {
    const { asked, run, next } = openRuns();
    const double = inBatches(run, 3);
    const first = [1, 2].map(double);
    await next();
    const second = [3, 4, 5, 6].map(double);
    await next();
    assert.deepEqual(await Promise.all(first), [2, 4]);
    await next();
    await next();
    await next();
    assert.deepEqual(await Promise.all(second), [6, 8, 10, 12]);
    assert.deepEqual(asked, [[1, 2], [3, 4, 5], [6]]);
  });

  test('one that fails fails alone, and a batch that fails fails all of it and no other', async () => {
    const { run, next } = openRuns();
    const double = inBatches(run, 10);
    const results = Promise.allSettled([1, -1].map(double));
    await next();
    await next();
    assert.deepEqual(
      (await results).map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    let calls = 0;
    const broken = inBatches(async (items: readonly number[]) => {
      calls += 1;
      if (calls === 1) throw new Error('no network');
      return items.map((value) => ({ value }));
    }, 2);
    const settled = await Promise.allSettled([1, 2, 3].map(broken));
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    );
  });

  test('an answer with too few results is an error of whoever got none', async () => {
    const few = inBatches(async (items: readonly number[]) => items.slice(1).map((value) => ({ value })), 10);
    const settled = await Promise.allSettled([1, 2].map(few));
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
  });
});
