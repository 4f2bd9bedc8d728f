// Whether two verdicts are the same, and if not, which way they differ.
import type { Verdict } from './judge.ts';

export type Difference =
  /** We reject what notation accepts, or log a failure where it finds none. */
  | { readonly way: 'stricter'; readonly checks: readonly string[] }
  /** We accept what notation rejects, or find no failure where it logs one. */
  | { readonly way: 'laxer'; readonly checks: readonly string[] }
  /** Other words, another exit code. */
  | { readonly way: 'otherwise'; readonly what: string };

/** The differences between what notation says and what we say; none where the verdicts are the same. */
export function compareVerdicts(theirs: Verdict, ours: Verdict): readonly Difference[] {
  if (ours.status === 'crashed') return [{ way: 'otherwise', what: 'we crashed' }];
  const [theyAccept, weAccept] = [accepts(theirs), accepts(ours)];
  if (theyAccept && !weAccept) return [{ way: 'stricter', checks: ours.failed }];
  if (!theyAccept && weAccept) return [{ way: 'laxer', checks: theirs.failed }];
  return theyAccept ? compareAccepted(theirs, ours) : [];
}

function accepts({ status }: Verdict): boolean {
  return status === 'verified' || status === 'skipped';
}

function compareAccepted(theirs: Verdict, ours: Verdict): readonly Difference[] {
  const stricter = ours.logged.filter((check) => !theirs.logged.includes(check));
  const laxer = theirs.logged.filter((check) => !ours.logged.includes(check));
  return [
    ...(theirs.said === ours.said ? [] : [otherwise('the last line', theirs.said, ours.said)]),
    ...(stricter.length > 0 ? [{ way: 'stricter', checks: stricter } as const] : []),
    ...(laxer.length > 0 ? [{ way: 'laxer', checks: laxer } as const] : []),
    ...(theirs.metadata.join() === ours.metadata.join() ? [] : [otherwise('the metadata', theirs.metadata.join(), ours.metadata.join())]),
  ];
}

function otherwise(what: string, theirs: string, ours: string): Difference {
  return { way: 'otherwise', what: `${what}: ${JSON.stringify(theirs)} and ${JSON.stringify(ours)}` };
}
