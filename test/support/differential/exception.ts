// What an exception is, and what of situations it may be about.
import type { Choices } from './dimension.ts';
import type { CertificatePlan, SignaturePlan } from './plan.ts';
import type { Situation } from './situation.ts';

/** Where we judge otherwise than notation 1.3.2 on purpose. */
export type Exception = {
  readonly id: string;
  /** Items of the specification, and notes on the reference. */
  readonly items: string;
  readonly reason: string;
  /** Whether few drawings of such a situation show it: a run without is no surprise. */
  readonly isSeldom?: true;
  /** Whether the situation has what this is about. */
  readonly applies: (situation: Situation) => boolean;
} & (
  | {
      /** We reject, or log, what notation accepts; with such words. A rejection for another reason is not excused. */
      readonly way: 'stricter';
      readonly says: RegExp;
    }
  | {
      /** We accept what notation rejects. Without what this is about notation must judge the situation as we judge it with it. */
      readonly way: 'laxer';
      /** How notation words it, where it may reject for other reasons. */
      readonly theySay?: RegExp;
      readonly without: (situation: Situation) => Situation;
    }
);

const anySignature =
  (test: (choices: Choices) => boolean) =>
  ({ signatures }: Situation) =>
    signatures.some(({ choices }) => test(choices));
/** A signature of the situation has one of these values. */
export const oneOf = (dimension: string, ...values: readonly string[]) =>
  anySignature((choices) => values.includes(choices[dimension] ?? ''));
/** The situation itself has. */
export const sceneOf =
  (dimension: string, ...values: readonly string[]) =>
  ({ scene: { choices } }: Situation) =>
    values.includes(choices[dimension] ?? '');
/** This is answered about the revocation of a certificate. */
export const answered = (...values: readonly string[]) =>
  anySignature((choices) =>
    [choices['revocation of the leaf'], choices['revocation of an intermediate']].some((value) => values.includes(value ?? '')),
  );
export const both =
  (...tests: readonly ((situation: Situation) => boolean)[]) =>
  (situation: Situation) =>
    tests.every((test) => test(situation));

export const either =
  (...tests: readonly ((situation: Situation) => boolean)[]) =>
  (situation: Situation) =>
    tests.some((test) => test(situation));

/** The situation with other plans of its signatures. */
export function withPlans(situation: Situation, change: (plan: SignaturePlan) => SignaturePlan): Situation {
  return { ...situation, signatures: situation.signatures.map((one) => ({ ...one, plan: change(one.plan) })) };
}

type Sources = Pick<CertificatePlan, 'responders' | 'lists'>;

/** The situation with other sources of revocation. */
export function withSources(change: (sources: Sources) => Sources): (situation: Situation) => Situation {
  return (situation) => withPlans(situation, (plan) => ({ ...plan, chain: plan.chain.map((one) => ({ ...one, ...change(one) })) }));
}

export function withEmptyCache(situation: Situation): Situation {
  const { scene } = situation;
  return { ...situation, scene: { ...scene, plan: { ...scene.plan, cache: 'empty' } } };
}
