import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkNotAborted, eachUntilAborted, untilAborted } from '../../../src/core/abort.ts';

const never = () => new Promise<never>(() => undefined);

describe('work that a signal may end', () => {
  test('ends as it does where there is no signal, or none comes', async () => {
    assert.equal(await untilAborted(undefined, async () => 1), 1);
    assert.equal(await untilAborted(new AbortController().signal, async () => 2), 2);
    const failure = new Error('its own');
    await assert.rejects(
      untilAborted(new AbortController().signal, async () => Promise.reject(failure)),
      (error) => error === failure,
    );
  });

  test('is not begun once the signal is aborted', async () => {
    const reason = new Error('enough');
    await assert.rejects(
      untilAborted(AbortSignal.abort(reason), async () => assert.fail('it is begun')),
      { code: 'ABORTED', cause: reason },
    );
    assert.throws(() => checkNotAborted(AbortSignal.abort()), { code: 'ABORTED' });
    checkNotAborted(undefined);
  });

  test('is not waited for when the signal comes, and its own error says nothing then', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(controller.signal, never);
    controller.abort();
    await assert.rejects(waiting, { code: 'ABORTED' });
    const second = new AbortController();
    const failing = untilAborted(second.signal, async () => {
      second.abort();
      throw new Error('socket hang up');
    });
    await assert.rejects(failing, { code: 'ABORTED' });
  });

  test('has no result once the signal is aborted', async () => {
    const controller = new AbortController();
    const late = untilAborted(controller.signal, async () => controller.abort());
    await assert.rejects(late, { code: 'ABORTED' });
  });

  test('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...words: Parameters<typeof add>) => {
      listeners.add(words[1]);
      add.apply(signal, words);
    };
    signal.removeEventListener = (...words: Parameters<typeof remove>) => {
      listeners.delete(words[1]);
      remove.apply(signal, words);
    };
    await untilAborted(signal, async () => undefined);
    assert.equal(listeners.size, 0);
  });
});

describe('items that a signal may end', () => {
  test('come as they are, and end with the signal', async () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const reading = (async () => {
      for await (const item of eachUntilAborted(endless(), controller.signal)) {
        seen.push(item);
        if (item === 3) controller.abort();
      }
    })();
    await assert.rejects(reading, { code: 'ABORTED' });
    assert.deepEqual(seen, [1, 2, 3]);
  });

  test('are no longer waited for', async () => {
    const controller = new AbortController();
    const first = eachUntilAborted(silent(), controller.signal).next();
    controller.abort();
    await assert.rejects(first, { code: 'ABORTED' });
  });

  test('that nobody wants any more are given up', async () => {
    let closed = false;
    const items = (async function* () {
      try {
        yield* endless();
      } finally {
        closed = true;
      }
    })();
    for await (const item of eachUntilAborted(items, undefined)) if (item === 2) break;
    assert.ok(closed);
  });
});

async function* endless(): AsyncGenerator<number> {
  for (let number = 1; ; number += 1) yield number;
}

async function* silent(): AsyncGenerator<number> {
  await never();
  yield 0;
}
