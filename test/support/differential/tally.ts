// What a run of situations came to, in counts.
import type { Exception } from './exception.ts';
import { exceptions } from './exceptions.ts';
import type { Verdict } from './judge.ts';
import { choicesOf, type Situation } from './situation.ts';

/** What came of one situation. */
export interface Judged {
  readonly situation: Situation;
  readonly theirs: Verdict;
  readonly ours: Verdict;
  readonly result: /** `byChance` where notation says another thing another time. */
    | { readonly kind: 'same'; readonly byChance: boolean }
    | { readonly kind: 'justified'; readonly exceptions: readonly string[] }
    /** `kept` is the folder with all files. */
    | { readonly kind: 'wrong'; readonly differences: readonly string[]; readonly kept: string; readonly commands: readonly string[] };
}

/** The counts of a run, as lines of text. */
export function summaryOf(judged: readonly Judged[]): readonly string[] {
  const same = judged.filter(({ result }) => result.kind === 'same');
  const count = (test: (one: Judged) => boolean) => same.filter(test).length;
  return [
    `${judged.length} situations`,
    `  ${count(({ theirs }) => theirs.status === 'verified')} verified by both, ${count(({ theirs }) => theirs.status === 'skipped')} skipped by both, ${count(isRejected)} rejected by both`,
    ...checksOf(same.filter(isRejected)),
    `    ${count((one) => isRejected(one) && one.theirs.failed.join() !== one.ours.failed.join())} for which we name another check`,
    `  ${count(({ theirs }) => theirs.status === 'verified' && theirs.logged.length > 0)} of the verified with the same failures only logged`,
    `  ${judged.filter(({ result }) => result.kind === 'same' && result.byChance).length} in which notation says now this, now that, as it tries the signatures in any order`,
    `  ${judged.filter(({ theirs }) => theirs.status === 'crashed').length} in which notation crashed`,
    ...exceptionLines(judged),
    `  ${judged.filter(({ result }) => result.kind === 'wrong').length} wrong`,
  ];
}

/** Exceptions that excused nothing. */
export function idleExceptions(judged: readonly Judged[]): readonly Exception[] {
  const fired = new Set(judged.flatMap(({ result }) => (result.kind === 'justified' ? result.exceptions : [])));
  return exceptions.filter(({ id }) => !fired.has(id));
}

/** How often each value was drawn, and how often notation accepted it. */
export function distributionOf(judged: readonly Judged[]): readonly string[] {
  const counts = new Map<string, { drawn: number; accepted: number }>();
  for (const { situation, theirs } of judged) {
    for (const [dimension, value] of new Set(choicesOf(situation).flatMap((choices) => Object.entries(choices)))) {
      const name = `${dimension}: ${value}`;
      const found = counts.get(name) ?? { drawn: 0, accepted: 0 };
      counts.set(name, {
        drawn: found.drawn + 1,
        accepted: found.accepted + (theirs.status === 'verified' || theirs.status === 'skipped' ? 1 : 0),
      });
    }
  }
  return [...counts]
    .sort()
    .map(([name, { drawn, accepted }]) => `  ${String(drawn).padStart(5)} ${String(accepted).padStart(5)} accepted  ${name}`);
}

function isRejected({ theirs }: Judged): boolean {
  return theirs.status === 'rejected' || theirs.status === 'crashed';
}

// The check that notation names first; what it rejects before it looks at any signature has none.
function checksOf(rejected: readonly Judged[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { theirs } of rejected) {
    const check = theirs.failed[0] ?? 'before any signature, or of another kind';
    counts.set(check, (counts.get(check) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([check, count]) => `    ${count} ${check}`);
}

function exceptionLines(judged: readonly Judged[]): readonly string[] {
  const justified = judged.flatMap(({ result }) => (result.kind === 'justified' ? [result.exceptions] : []));
  const lines = exceptions.map(({ id, way, items, reason }) => {
    const count = justified.filter((ids) => ids.includes(id)).length;
    return { count, line: `    ${count} ${id}: ${way} (${items}): ${reason}` };
  });
  return [`  ${justified.length} justified`, ...lines.filter(({ count }) => count > 0).map(({ line }) => line)];
}
