import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { forEachBounded } from '../../../../src/cli/artifact/bounded.ts';

test('every item once, in order, never more at a time than allowed', async () => {
  const [begun, underWay]: [number[], Set<number>] = [[], new Set()];
  let most = 0;
  await forEachBounded([...Array(50).keys()], 7, async (item) => {
    begun.push(item);
    underWay.add(item);
    most = Math.max(most, underWay.size);
    for (let i = 0; i <= item % 5; i += 1) await turn();
    underWay.delete(item);
  });
  assert.deepEqual(begun, [...Array(50).keys()]);
  assert.equal(most, 7);
});

test('nothing to do is done', () => forEachBounded([], 3, () => assert.fail()));

test('a list that is read as it goes is not read ahead', async () => {
  let read = 0;
  function* items() {
    for (read = 1; read <= 100; read += 1) yield read;
  }
  let done = 0;
  await forEachBounded(items(), 4, async () => {
    await turn();
    assert.ok(read <= done + 4, `read ${read}, done ${done}`);
    done += 1;
  });
  assert.equal(done, 100);
});
