// Generated situations: notation and this tool must come to the same verdict, or differ as exceptions.ts says. All of them: npm run differential.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exceptions } from '../support/differential/exceptions.ts';
import { runSituations } from '../support/differential/run.ts';
import { situationOf } from '../support/differential/situation.ts';
import { partOf, sweep } from '../support/differential/sweep.ts';
import { idleExceptions, type Judged, summaryOf } from '../support/differential/tally.ts';
import { needs } from '../support/peers.ts';

const seed = 1;

describe('notation and the tool', needs('notation'), () => {
  test('judge generated situations alike', async (context) => {
    const part = await runSituations(seed, partOf(seed, isExceptional()));
    const judged = await excuseMore(part);
    for (const line of summaryOf(judged)) context.diagnostic(line);
    assert.deepEqual(judged.flatMap(wrongIn), []);
    assert.deepEqual(
      idleExceptions(judged).filter(({ isSeldom }) => !isSeldom),
      [],
    );
    for (const status of ['verified', 'skipped', 'rejected'] as const) {
      assert.ok(judged.filter(({ theirs, ours }) => theirs.status === status && ours.status === status).length > 0, status);
    }
  });
});

/** More of the situations that an exception is about, until each has excused one. */
async function excuseMore(part: readonly Judged[]): Promise<readonly Judged[]> {
  let judged = part;
  for (const { id, applies, isSeldom } of exceptions) {
    if (isSeldom) continue;
    const done = new Set(judged.map(({ situation }) => situation.number));
    const left = sweep.map((_, number) => number).filter((number) => !done.has(number) && applies(situationOf(seed, number)));
    while (left.length > 0 && idleExceptions(judged).some((idle) => idle.id === id))
      judged = [...judged, ...(await runSituations(seed, left.splice(0, 4)))];
  }
  return judged;
}

test('a situation is the same for the same seed and number', () => {
  const now = new Date('2026-06-01T12:00:00Z');
  for (const number of [0, sweep.length, sweep.length + 1]) {
    assert.deepEqual(JSON.stringify(situationOf(7, number, now)), JSON.stringify(situationOf(7, number, now)));
  }
  assert.notDeepEqual(JSON.stringify(situationOf(7, sweep.length, now)), JSON.stringify(situationOf(8, sweep.length, now)));
});

/** Picks situations so that each exception is among them. */
function isExceptional(): (number: number) => boolean {
  const left = new Set(exceptions);
  return (number) => {
    const situation = situationOf(seed, number);
    const found = [...left].filter(({ applies }) => applies(situation));
    for (const one of found) left.delete(one);
    return found.length > 0;
  };
}

function wrongIn({ situation, result }: Judged): readonly string[] {
  if (result.kind !== 'wrong') return [];
  return [`${result.differences.join('; ')}: ${result.kept}; again: npm run differential -- --seed ${seed} --only ${situation.number}`];
}
