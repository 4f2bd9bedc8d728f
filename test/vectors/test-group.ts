// The tests of one group of the vectors: each case right, or different for a reason that is written beside its judge.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needsVectors } from '../support/third-party.ts';
import { type Group, questionsOf } from './answer.ts';
import { findStale, judge } from './judge.ts';

/** @param peers what cases of the group need besides, as `needs` tells it */
export function testGroup(group: Group, peers: { readonly skip?: string } = {}): void {
  describe(`vectors of group ${group.name}`, { ...peers, ...(needsVectors.skip !== false && needsVectors) }, () => {
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
