// Holds what we say against what the vectors expect.
import assert from 'node:assert/strict';
import type { Answer, Difference, Group, Later, Question } from './answer.ts';

/** What came of one question. */
export interface Result {
  readonly group: string;
  readonly id: string;
  /** `justified`: ours is another verdict, on purpose; `later`: about what is not built yet. */
  readonly status: 'right' | 'justified' | 'later' | 'wrong';
  /** What we said, or why it is justified or later. */
  readonly why: string;
}

/** Asks one question; never throws. */
export async function judge(group: Group, question: Question): Promise<Result> {
  const result = (status: Result['status'], why: string): Result => ({ group: group.name, id: question.id, status, why });
  const later = find(group.later, question.id);
  if (later) return result('later', later.until);
  try {
    const answer = await question.answer();
    const difference = find(group.differences, question.id);
    if (difference) return result(...justify(answer, question, difference));
    if (answer.verdict !== question.expected)
      return result('wrong', `expected ${question.expected}, found ${answer.verdict}: ${answer.why}`);
    if (answer.verdict === 'invalid' && question.words) assert.match(answer.why, question.words);
    return result('right', answer.why);
  } catch (error) {
    return result('wrong', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Entries of the lists of differences and of what comes later that fit no question. */
export function findStale(group: Group, ids: readonly string[]): readonly string[] {
  const patterns = [...(group.differences ?? []), ...(group.later ?? [])].flatMap(({ ids: own }): readonly (string | RegExp)[] =>
    own instanceof RegExp ? [own] : own,
  );
  const fits = (pattern: string | RegExp) => ids.some((id) => (typeof pattern === 'string' ? pattern === id : pattern.test(id)));
  return patterns.filter((pattern) => !fits(pattern)).map(String);
}

function find<Entry extends Difference | Later>(entries: readonly Entry[] | undefined, id: string): Entry | undefined {
  return entries?.find(({ ids }) => (ids instanceof RegExp ? ids.test(id) : ids.includes(id)));
}

function justify(answer: Answer, { expected }: Question, { says, because }: Difference): readonly [Result['status'], string] {
  if (answer.verdict === expected) return ['wrong', `listed as different (${because}), and is not: ${answer.why}`];
  const fits = says === undefined ? answer.verdict === 'valid' : answer.verdict === 'invalid' && says.test(answer.why);
  return fits ? ['justified', because] : ['wrong', `expected to differ by ${says ?? 'accepting'}, found ${answer.verdict}: ${answer.why}`];
}
