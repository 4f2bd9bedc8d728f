// The error that concludes a verification which failed, in notation's words: scripts read it.
import { NotationError, restated } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import type { Demands } from '../../policy/statement.ts';
import type { ArtifactOutcome, Outcome, Rejected } from '../../verify/outcome.ts';

export interface Verifying {
  /** `repository@digest`, or `path@digest`. */
  readonly name: string;
  /** The same, but for a layout with the repository that its scope says. */
  readonly scoped: string;
  readonly maxSignatures: number;
}

/** Why an artifact is not verified; undefined when it is, or when verification is skipped. */
export function concludeArtifact(outcome: ArtifactOutcome, { name, scoped, maxSignatures }: Verifying): NotationError | undefined {
  if (outcome.status !== 'rejected') return undefined;
  if (outcome.reason === 'unsigned') {
    const message = `no signature is associated with ${JSON.stringify(scoped)}, make sure the artifact was signed successfully`;
    return new NotationError('UNVERIFIED', `signature verification failed: ${message}`);
  }
  const [problem] = outcome.rejected.flatMap(storeProblem);
  if (problem !== undefined) return problem;
  const tooMany = `${maxSignatures} of its signatures were tried, and there are more: --max-signatures says how many may be tried`;
  return new NotationError(
    'UNVERIFIED',
    `signature verification failed for all the signatures associated with ${name}`,
    outcome.reason === 'too many' ? { hint: tooMany } : {},
  );
}

/** The statement that `select` selects. @throws NotationError what it throws, in the words of a verification that failed */
export function applicable<S extends Demands>(select: () => S, log: Log): S {
  try {
    const statement = select();
    // As notation says it.
    log('info', `Trust policy configuration: {Name:${statement.name} VerificationLevel:${statement.level}}`);
    return statement;
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    throw restated(cause, `signature verification failed: ${cause.message}`);
  }
}

/** Why a blob is not verified; undefined when it is, or when verification is skipped. */
export function concludeBlob(outcome: Outcome): NotationError | undefined {
  if (outcome.status !== 'rejected') return undefined;
  const [rejected] = outcome.rejected;
  if (rejected === undefined) return new NotationError('UNVERIFIED', 'signature verification failed');
  const [problem] = storeProblem(rejected);
  return problem ?? new NotationError('UNVERIFIED', `signature verification failed: ${rejected.error.message}`);
}

/** What is wrong with a trust store is wrong with every signature, and notation says it in place of the rest. */
function storeProblem({ stage, error }: Rejected): readonly NotationError[] {
  const isOfStore = stage === 'authenticity' ? error.code !== 'UNTRUSTED' : stage === 'authenticTimestamp' && error.code === 'FILE';
  return isOfStore ? [error] : [];
}
