// Every signature of an artifact, those after the one that passes too: for people who want to see all that is there.
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { Repository } from '../core/ports.ts';
import type { OciStatement } from '../policy/statement.ts';
import { type ArtifactWish, expectationOf, fetchAndVerify } from './artifact.ts';
import type { ArtifactOutcome, OfArtifact, Rejected, SignatureOutcome } from './outcome.ts';
import type { VerificationPorts } from './ports.ts';

type Tried = SignatureOutcome & OfArtifact;

export interface ArtifactSurvey {
  /** What `verifyArtifact` answers. */
  readonly outcome: ArtifactOutcome;
  /** All that were tried, in the order in which they are listed; none where the statement's level is skip. */
  readonly signatures: readonly Tried[];
  /** What else there is: nothing, more than may be tried, or nobody knows since listing failed after one had passed. */
  readonly rest: 'nothing' | 'more' | NotationError;
}

/**
 * Tries the signatures of an artifact as `verifyArtifact` does, and goes on after one passes.
 * @throws NotationError what listing the signatures throws before one passes
 */
export async function surveyArtifact(
  repository: Repository,
  subject: Descriptor,
  { statement, maxSignatures, userMetadata }: ArtifactWish,
  ports: VerificationPorts,
): Promise<ArtifactSurvey> {
  if (statement.level === 'skip') return { outcome: { statement, status: 'skipped' }, signatures: [], rest: 'nothing' };
  const expectation = expectationOf(subject, statement, userMetadata);
  const signatures: Tried[] = [];
  const survey = (rest: ArtifactSurvey['rest']) => ({ outcome: outcomeOf(statement, signatures, rest), signatures, rest });
  try {
    for await (const signature of repository.signatures(subject)) {
      if (signatures.length === maxSignatures) return survey('more');
      signatures.push({ ...(await fetchAndVerify(repository, signature, expectation, ports)), digest: signature.digest });
    }
  } catch (error) {
    if (!(error instanceof NotationError) || !signatures.some(({ status }) => status === 'verified')) throw error;
    return survey(error);
  }
  return survey('nothing');
}

/** The outcome that stops at the first signature that passes. */
function outcomeOf(statement: OciStatement, signatures: readonly Tried[], rest: ArtifactSurvey['rest']): ArtifactOutcome {
  const rejected: (Rejected & OfArtifact)[] = [];
  for (const one of signatures) {
    if (one.status === 'verified') return { statement, status: 'verified', rejected, accepted: one };
    rejected.push(one);
  }
  if (rejected.length === 0) return { statement, status: 'rejected', reason: 'unsigned', rejected };
  return { statement, status: 'rejected', reason: rest === 'more' ? 'too many' : 'all rejected', rejected };
}
