import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ansicTime, goText, rfc3339NanoTime, rfc3339Time } from '../../../../src/cli/voice/go-format.ts';

const at = (text: string, offsetMinutes?: number) => ({ at: new Date(text), ...(offsetMinutes !== undefined && { offsetMinutes }) });

describe('times', () => {
  // What Go's Time.Format made of the same times.
  const rows = [
    [at('2026-01-03T08:32:03Z', -450), 'Sat Jan  3 01:02:03 2026', '2026-01-03T01:02:03-07:30'],
    [at('2026-12-31T23:30:00Z', 60), 'Fri Jan  1 00:30:00 2027', '2027-01-01T00:30:00+01:00'],
    [at('2025-02-08T09:41:02.999Z', 0), 'Sat Feb  8 09:41:02 2025', '2025-02-08T09:41:02Z'],
    [at('0099-07-30T00:00:00Z', 0), 'Thu Jul 30 00:00:00 0099', '0099-07-30T00:00:00Z'],
    [at('2024-02-29T00:00:00Z', 845), 'Thu Feb 29 14:05:00 2024', '2024-02-29T14:05:00+14:05'],
  ] as const;
  for (const [time, ansic, rfc3339] of rows) test(rfc3339, () => assert.deepEqual([ansicTime(time), rfc3339Time(time)], [ansic, rfc3339]));

  test('fractions of seconds, as far as there are some', () => {
    const rows = [
      [at('2025-01-07T08:42:43.582Z', 0), '2025-01-07T08:42:43.582Z'],
      [at('2025-01-07T08:42:43.500Z', 60), '2025-01-07T09:42:43.5+01:00'],
      [at('2025-01-07T08:40:00Z', 0), '2025-01-07T08:40:00Z'],
    ] as const;
    for (const [time, text] of rows) assert.equal(rfc3339NanoTime(time), text);
  });

  test("that state no zone are in this machine's, summer and winter", () => {
    const kept = process.env['TZ'];
    process.env['TZ'] = 'Europe/Berlin';
    try {
      assert.equal(rfc3339Time(at('2026-07-01T12:00:00Z')), '2026-07-01T14:00:00+02:00');
      assert.equal(ansicTime(at('2026-01-01T23:00:00Z')), 'Fri Jan  2 00:00:00 2026');
    } finally {
      if (kept === undefined) delete process.env['TZ'];
      else process.env['TZ'] = kept;
    }
  });
});

describe('values', () => {
  // What Go's fmt.Sprint made of what its JSON package had read.
  const json = [
    [5, '5'],
    [999999, '999999'],
    [1000000, '1e+06'],
    [123456789, '1.23456789e+08'],
    [1e20, '1e+20'],
    [1.5e300, '1.5e+300'],
    [0.0001, '0.0001'],
    [0.000012345, '1.2345e-05'],
    [1e-7, '1e-07'],
    [-0, '-0'],
    [-1.5, '-1.5'],
    [null, '<nil>'],
    [true, 'true'],
    ['x', 'x'],
    [[1, 'a', null], '[1 a <nil>]'],
    [{ b: 1, a: [2] }, 'map[a:[2] b:1]'],
    [{}, 'map[]'],
    [[], '[]'],
  ] as const;
  for (const [value, text] of json) test(`of JSON: ${text}`, () => assert.equal(goText(value, 'json'), text));

  const cbor = [
    [1000000, '1000000'],
    [1.5, '1.5'],
    [2n ** 64n - 1n, '18446744073709551615'],
    [Uint8Array.of(1, 2, 255), '[1 2 255]'],
    [
      new Map<unknown, unknown>([
        ['b', [1]],
        ['a', 'x'],
      ]),
      'map[a:x b:[1]]',
    ],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ] as const;
  for (const [value, text] of cbor) test(`of CBOR: ${text}`, () => assert.equal(goText(value, 'cbor'), text));
});
