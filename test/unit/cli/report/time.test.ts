// Times of a report: the scale, the words, and how they are drawn.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { html, textOfHtml } from '../../../../src/cli/report/html.ts';
import type { TimeLine } from '../../../../src/cli/report/time-line.ts';
import { drawTimeLineBroad, drawTimeLineNarrow } from '../../../../src/cli/report/time-picture.ts';
import { spansOf, timeScale } from '../../../../src/cli/report/time-scale.ts';
import { durationText, shortDuration } from '../../../../src/cli/report/words.ts';

const [minute, hour, day, year] = [60_000, 3_600_000, 86_400_000, 365.25 * 86_400_000];
const times = fc.array(fc.integer({ min: -60 * year, max: 8000 * year }), { minLength: 1, maxLength: 20 });

describe('the scale', () => {
  test('keeps the order of times, and stays within its ends', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: -60 * year, max: 8000 * year }), (known, between) => {
        const scale = timeScale(known, 10, 300);
        const places = [...known, between].sort((one, other) => one - other).map(scale);
        for (const [index, place] of places.entries()) {
          assert.ok(place >= 10 && place <= 300.0001, `${place}`);
          assert.ok(index === 0 || place >= (places[index - 1] ?? 0) - 1e-9);
        }
      }),
    );
  });

  test('shows a day beside twenty years', () => {
    const [begin, end] = [Date.parse('2020-01-01T00:00:00Z'), Date.parse('2040-01-01T00:00:00Z')];
    const now = Date.parse('2026-06-01T00:00:00Z');
    const scale = timeScale([begin, end, now, now + day], 0, 800);
    assert.ok(scale(now + day) - scale(now) > 100);
    assert.deepEqual(
      spansOf([begin, end, now, now + day], scale).map(({ duration }) => shortDuration(duration)),
      ['6 y', '24 h', '14 y'],
    );
  });

  test('of one time only is its middle', () => assert.equal(timeScale([5, 5], 0, 100)(5), 50));
});

test('how long something is', () => {
  const lengths = [400, 90 * 1000, 59 * minute, 24 * hour, 30 * day, 90 * day, year, 20 * year, 8000 * year];
  assert.deepEqual(lengths.map(durationText), [
    '0 seconds',
    '90 seconds',
    '59 minutes',
    '24 hours',
    '30 days',
    '3 months',
    '12 months',
    '20 years',
    '8000 years',
  ]);
  assert.deepEqual(lengths.map(shortDuration).slice(1, 8), ['90 s', '59 min', '24 h', '30 d', '3 mo', '12 mo', '20 y']);
});

describe('the picture', () => {
  const at = (text: string) => new Date(text);
  const line: TimeLine = {
    bars: [
      { kind: 'signature', name: 'Signature', from: at('2026-06-01T12:00:00Z') },
      { kind: 'certificate', name: 'leaf', from: at('2026-06-01T00:00:00Z'), to: at('2026-06-02T00:00:00Z') },
      { kind: 'authority', name: 'x'.repeat(300), from: at('1980-01-01T00:00:00Z'), to: at('9999-12-31T23:59:59Z') },
    ],
    marks: [
      { kind: 'signed', name: 'Signed', at: at('2026-06-01T12:00:00Z') },
      { kind: 'timestamped', name: 'Timestamped', at: at('2026-06-01T12:00:01Z') },
      { kind: 'revoked', name: `Revoked: ${'y'.repeat(300)}`, at: at('2026-06-01T12:00:02Z') },
      { kind: 'expires', name: 'Signature expires', at: at('9999-12-31T23:59:59Z') },
    ],
  };

  for (const draw of [drawTimeLineBroad, drawTimeLineNarrow]) {
    test(`${draw.name}: all is within it, and no flag covers another`, () => {
      const { width, height, content } = draw(line);
      const text = textOfHtml(html`${content}`);
      const boxes = [...text.matchAll(/<rect class="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/g)].map(
        ([, kind = '', ...numbers]) => ({ kind, numbers: numbers.map(Number) }),
      );
      assert.ok(boxes.length > 8);
      for (const {
        numbers: [x = -1, y = -1, w = Number.NaN, h = Number.NaN],
      } of boxes)
        assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height, `${x} ${y} ${w} ${h}`);
      const flags = boxes.filter(({ kind }) => kind.startsWith('flag')).map(({ numbers }) => numbers);
      for (const [index, [x = 0, y = 0]] of flags.entries())
        for (const [otherX = 0, otherY = 0, otherWidth = 0] of flags.slice(0, index)) assert.ok(y !== otherY || x >= otherX + otherWidth);
      assert.doesNotMatch(text, /NaN|Infinity/);
    });
  }
});
