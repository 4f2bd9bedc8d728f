// What the differential test would see: each way in which two verdicts can differ, and what excuses none of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVerdicts, type Difference } from '../../support/differential/compare.ts';
import { justify } from '../../support/differential/exceptions.ts';
import type { Verdict } from '../../support/differential/judge.ts';
import { type Situation, situationOf } from '../../support/differential/situation.ts';
import { sweep } from '../../support/differential/sweep.ts';

const verified: Verdict = {
  status: 'verified',
  said: 'Successfully verified signature for LAYOUT@sha256:00',
  logged: ['expiry'],
  failed: [],
  metadata: ['build=42'],
  ended: { code: 0, signal: null, stdout: '', stderr: '' },
};
const rejected: Verdict = { ...verified, status: 'rejected', said: '', logged: [], failed: ['integrity'], metadata: [] };

const rows: readonly (readonly [title: string, theirs: Verdict, ours: Verdict, ways: readonly Difference['way'][]])[] = [
  ['the same', verified, verified, []],
  ['both reject, for whatever check', rejected, { ...rejected, failed: ['expiry'] }, []],
  ['only notation rejects', rejected, verified, ['laxer']],
  ['only we reject', verified, rejected, ['stricter']],
  ['notation crashes and we reject', { ...rejected, status: 'crashed' }, rejected, []],
  ['notation crashes and we accept', { ...rejected, status: 'crashed' }, verified, ['laxer']],
  ['we crash', rejected, { ...rejected, status: 'crashed' }, ['otherwise']],
  ['only notation logs a check', verified, { ...verified, logged: [] }, ['laxer']],
  ['only we log a check', { ...verified, logged: [] }, verified, ['stricter']],
  ['each logs another', verified, { ...verified, logged: ['revocation'] }, ['stricter', 'laxer']],
  ['one skips', { ...verified, status: 'skipped', said: 'Trust policy is configured to skip' }, verified, ['otherwise']],
  ['other metadata', verified, { ...verified, metadata: ['build=43'] }, ['otherwise']],
];

for (const [title, theirs, ours, ways] of rows) {
  test(`compares: ${title}`, () => {
    assert.deepEqual(
      compareVerdicts(theirs, ours).map(({ way }) => way),
      ways,
    );
  });
}

/** The situation of the sweep with this value. */
function situationWith(dimension: string, value: string): Situation {
  return situationOf(
    1,
    sweep.findIndex(({ forced }) => forced[dimension] === value),
  );
}

const excused = situationWith('leaf', 'purpose anyExtendedKeyUsage');
const words = { theirs: '', ours: 'expected: no other purpose, found anyExtendedKeyUsage' };

test('excuses only what an exception is about, the way and the reason it says', () => {
  const [stricter, laxer] = (['stricter', 'laxer'] as const).map((way): Difference => ({ way, checks: [] }));
  assert.ok(stricter && laxer);
  assert.deepEqual(
    justify(excused, [stricter], words)?.map(({ id }) => id),
    ['any-purpose'],
  );
  assert.equal(justify(excused, [laxer], words), undefined);
  assert.equal(justify(excused, [stricter, { way: 'otherwise', what: 'words' }], words), undefined);
  assert.equal(justify(excused, [stricter], { ...words, ours: 'the signature does not verify' }), undefined);
  assert.equal(justify(situationWith('leaf', 'usual'), [stricter], words), undefined);
});
