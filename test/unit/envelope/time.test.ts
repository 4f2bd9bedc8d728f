import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTime, printTime, wholeSecond } from '../../../src/envelope/time.ts';

const read: readonly (readonly [string, string, number])[] = [
  ['2025-02-08T17:41:02+08:00', '2025-02-08T09:41:02Z', 480],
  ['2024-04-04T14:20:21-07:00', '2024-04-04T21:20:21Z', -420],
  ['2024-02-29T23:59:59-00:30', '2024-03-01T00:29:59Z', -30],
  ['2024-06-01T12:00:00.999999999Z', '2024-06-01T12:00:00Z', 0],
  ['2024-06-01T12:00:00-00:00', '2024-06-01T12:00:00Z', 0],
  ['0001-01-01T00:00:01Z', '0001-01-01T00:00:01Z', 0],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z', 0],
];

for (const [text, at, offsetMinutes] of read) {
  test(`reads ${text}`, () => {
    assert.deepEqual(parseTime(text), { at: new Date(at), offsetMinutes });
  });
}

const refused = [
  '2024-06-01T12:00:00+24:00',
  '2024-06-01T12:00:00+01:60',
  '2024-06-01T12:00:00+1:00',
  '2024-06-01t12:00:00z',
  '2024-06-01T12:00:60Z',
  '2023-02-29T12:00:00Z',
  '2024-13-01T12:00:00Z',
  '2024-06-01T12:00:00.Z',
  '9999-12-31T23:59:59-00:01',
  '0001-01-01T00:00:00+01:00',
  ' 2024-06-01T12:00:00Z',
];

for (const text of refused) {
  test(`does not read ${JSON.stringify(text)}`, () => {
    assert.equal(parseTime(text), undefined);
  });
}

test('reads every time that it prints', () => {
  const range = { min: new Date('0001-01-01T00:00:01Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(range), (time) => {
      assert.deepEqual(parseTime(printTime(time)), { at: wholeSecond(time), offsetMinutes: 0 });
    }),
  );
});
