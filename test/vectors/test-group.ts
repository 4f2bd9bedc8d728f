// The tests of one group of the vectors: each case right, or different for a reason that is written beside its judge.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needsVectors } from '../support/third-party.ts';
import { type Group, questionsOf } from './answer.ts';
import { findStale, judge } from './judge.ts';

export function testGroup(group: Group): void {
  describe(`vectors of group ${group.name}`, needsVectors, () => {
    const questions = questionsOf(group);
    for (const question of questions)
      test(question.id, async () => {
        const { status, why } = await judge(group, question);
        assert.notEqual(status, 'wrong', why);
      });

    test('what is listed as different is there', () => {
      const ids = questions.map(({ id }) => id);
      assert.deepEqual(findStale(group, ids), []);
      assert.equal(new Set(ids).size, ids.length);
    });
  });
}
