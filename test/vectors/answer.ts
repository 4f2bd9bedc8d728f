// What our code says of one test of other projects' vectors.
import { NotationError } from '../../src/core/error.ts';
import { casesOf, type VectorCase } from '../support/third-party.ts';

export type Verdict = 'valid' | 'invalid' | 'skipped';

/** `why` is the refusal's message, or how far an accepted case came. */
export interface Answer {
  readonly verdict: Verdict;
  readonly why: string;
}

/** One test: a case of the manifest, or one of the many that a mixed case holds. */
export interface Question {
  readonly id: string;
  readonly expected: Verdict;
  readonly answer: () => Answer | Promise<Answer>;
  /** Words that the refusal must hold, so that no case passes for another reason than its own. */
  readonly words?: RegExp;
}

/** Cases whose verdict is ours on purpose: the other one than expected. */
export interface Difference {
  readonly ids: readonly string[] | RegExp;
  /** Words that our refusal must hold; the verdict must be an acceptance when absent. */
  readonly says?: RegExp;
  /** With the specification's item, or the peer's behaviour. */
  readonly because: string;
}

/** Cases about what is not built yet. */
export interface Later {
  readonly ids: readonly string[] | RegExp;
  readonly until: string;
}

export interface Group {
  readonly name: string;
  readonly questions: (one: VectorCase) => readonly Question[];
  /** What is in no manifest. */
  readonly beyond?: () => readonly Question[];
  readonly differences?: readonly Difference[];
  readonly later?: readonly Later[];
}

/** The questions of every case of a group. */
export function questionsOf(group: Group): readonly Question[] {
  return [...casesOf(group.name).flatMap((one) => group.questions(one)), ...(group.beyond?.() ?? [])];
}

/**
 * Runs a check that answers nothing, or whether it holds. Facts beside the verdict are for the check to assert.
 * @throws whatever is not a refusal: a crash, or a fact that is not as expected
 */
export async function answerOf(check: () => unknown): Promise<Answer> {
  try {
    const holds = await check();
    return holds === false ? { verdict: 'invalid', why: 'it does not hold' } : { verdict: 'valid', why: 'accepted' };
  } catch (error) {
    if (isRefusal(error)) return { verdict: 'invalid', why: error.message };
    throw error;
  }
}

/** Whether the error is one of ours; anything else is a crash. */
export function isRefusal(error: unknown): error is NotationError {
  return error instanceof NotationError && error.code !== 'INTERNAL';
}

type Check = (one: VectorCase) => unknown;

/** The case as one question. */
export function ask(one: VectorCase, check: Check, words?: RegExp): Question {
  const { verdict } = one.expected;
  if (verdict === 'mixed') throw new Error(`${one.id} holds many tests`);
  return { id: one.id, expected: verdict, answer: () => answerOf(() => check(one)), ...(words && { words }) };
}

/** The case as one question, for a judge that asserts all that is expected, and answers a reason where it asserted the other verdict. */
export function judgedBy(one: VectorCase, judge: (one: VectorCase) => Promise<string | undefined>): Question {
  const question = ask(one, () => undefined);
  const { expected } = question;
  const answer = async (): Promise<Answer> => {
    const otherwise = await judge(one);
    if (otherwise === undefined) return { verdict: expected, why: 'as stated' };
    return { verdict: expected === 'valid' ? 'invalid' : 'valid', why: otherwise };
  };
  return { ...question, answer };
}

/** By the case's id; the first line that fits counts. */
export type ById<Value> = readonly (readonly [ids: RegExp, value: Value])[];

/** The questions of a group whose cases are judged by the check that their id names; with `words`, every refusal must have some. */
export function askById(checks: ById<Check>, words?: (one: VectorCase) => RegExp | undefined): (one: VectorCase) => readonly [Question] {
  return (one) => {
    const check = pick(checks, one.id) ?? missing('judge');
    const refused = one.expected.verdict === 'invalid';
    const expected = refused ? words?.(one) : undefined;
    return [ask(one, refused && words && !expected ? missing('words') : check, expected)];
  };
}

function missing(what: string): () => never {
  return () => {
    throw new Error(`no ${what} for this case`);
  };
}

/** The value that the id names. */
export function pick<Value>(values: ById<Value>, id: string): Value | undefined {
  return values.find(([ids]) => ids.test(id))?.[1];
}
