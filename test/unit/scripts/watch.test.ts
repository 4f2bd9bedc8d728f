// When the test runner gives a file up, and what it says then.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestEvent, Verdict } from '../../../scripts/run-tests/event.ts';
import { watch } from '../../../scripts/run-tests/watch.ts';

const limits = { test: 10, silence: 100, leaving: 20 };

function watched(...events: readonly TestEvent[]) {
  const clock = { now: 0 };
  const verdicts: Verdict[] = [];
  const file = watch(
    limits,
    (verdict) => void verdicts.push(verdict),
    () => clock.now,
  );
  for (const event of events) file.note(event);
  return { file, clock, verdicts };
}

const step = (type: 'known' | 'begun' | 'ended', name: string) => ({ type, name }) as const;
const whole = [step('known', 'a'), step('begun', 'a'), step('ended', 'a'), { type: 'passed', name: 'a' }] as const;

describe('a file of tests', () => {
  test('that says nothing hangs, and every event is a sign of life', () => {
    const { file, clock } = watched(step('known', 'a'), step('begun', 'a'));
    clock.now = 100;
    assert.equal(file.hopeless(), undefined);
    file.note(step('known', 'b'));
    clock.now = 200;
    assert.equal(file.hopeless(), undefined);
    clock.now = 201;
    assert.equal(file.hopeless()?.state, 'hangs');
    assert.match(file.place(), /begun and not ended: a$/);
  });

  test('that is only kept alive by something is ended, and what it is is said', () => {
    const { file, clock } = watched(...whole, { type: 'quiet', open: ['Timeout'] });
    clock.now = 20;
    assert.equal(file.hopeless(), undefined);
    clock.now = 21;
    assert.deepEqual(file.hopeless(), { state: 'stays', open: 'Timeout' });
  });

  test('is not ended while a test waits', () => {
    const { file, clock } = watched(...whole, step('known', 'b'));
    clock.now = 21;
    assert.equal(file.hopeless(), undefined);
  });

  test('keeps every verdict', () => {
    const { verdicts } = watched(...whole, { type: 'skipped', name: 'b', reason: 'r' }, { type: 'failed', name: 'c', error: 'e' });
    assert.deepEqual(
      verdicts.map(({ type, name }) => [type, name]),
      [
        ['passed', 'a'],
        ['skipped', 'b'],
        ['failed', 'c'],
      ],
    );
  });

  for (const [what, events, code, complaint] of [
    ['that had no test', [], 0, /ended with 0 before any test/],
    ['that ended in the middle', [...whole, step('known', 'b'), step('begun', 'b')], 0, /before 1 of its tests/],
    ['that failed without a failed test', whole, 7, /ended with 7/],
    ['whose tests have failed', [...whole, { type: 'failed', name: 'a', error: 'e' }], 1, undefined],
    ['that is well', whole, 0, undefined],
  ] as const) {
    test(`${what}: ${complaint ?? 'nothing to complain of'}`, () => {
      const { file } = watched(...events);
      assert.match(file.complaint(code) ?? '', complaint ?? /^$/);
    });
  }
});
