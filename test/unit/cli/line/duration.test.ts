import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../../../src/cli/line/duration.ts';
import { NotationError } from '../../../../src/core/error.ts';

const good: readonly (readonly [text: string, seconds: number])[] = [
  ['24h', 86_400],
  ['1h30m', 5400],
  ['90s', 90],
  ['1.5h', 5400],
  ['+2m', 120],
  ['0', 0],
  ['0s', 0],
  ['1000ms', 1],
  ['.5m', 30],
  ['1h0.5m30s', 3660],
  ['0.1s0.2s0.7s', 1],
];

for (const [text, seconds] of good) {
  test(`${text} is ${seconds} s`, () => assert.equal(parseDuration(text, 'expiry'), seconds));
}

const bad: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /expected a duration, found ""/],
  ['24', /expected a duration, found "24"/],
  ['h', /expected a duration/],
  ['1d', /expected a duration/],
  ['1h 2m', /expected a duration/],
  ['1h-2m', /expected a duration/],
  ['1H', /expected a duration/],
  ['99999999999h', /expected a duration/],
  ['-1h', /cannot be a negative value/],
  ['500ms', /minimum granularity of seconds/],
  ['1s1ns', /minimum granularity of seconds/],
];

for (const [text, message] of bad) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => parseDuration(text, 'expiry'),
      (error) => error instanceof NotationError && error.code === 'REQUEST' && message.test(error.message),
    );
  });
}
