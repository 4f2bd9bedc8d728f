// All signatures of an artifact, until one passes (signing and verification workflow specification, "OCI artifact verification").
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { Repository } from '../core/ports.ts';
import type { OciStatement } from '../policy/statement.ts';
import type { ArtifactOutcome, OfArtifact, Rejected, SignatureOutcome } from './outcome.ts';
import type { VerificationPorts } from './ports.ts';
import { type Expectation, verifySignature } from './signature.ts';
import { checkSameSubject } from './subject.ts';

export interface ArtifactWish {
  /** The one that applies to the repository. */
  readonly statement: OciStatement;
  /** How many signatures are tried at most. */
  readonly maxSignatures: number;
  readonly userMetadata: Readonly<Record<string, string>>;
}

/**
 * Tries the signatures of an artifact that was resolved, in the order in which they are listed. One that cannot be had or read stops no other.
 * @throws NotationError what listing the signatures throws
 */
export async function verifyArtifact(
  repository: Repository,
  subject: Descriptor,
  { statement, maxSignatures, userMetadata }: ArtifactWish,
  ports: VerificationPorts,
): Promise<ArtifactOutcome> {
  if (statement.level === 'skip') return { statement, status: 'skipped' };
  const expectation = expectationOf(subject, statement, userMetadata);
  const rejected: (Rejected & OfArtifact)[] = [];
  for await (const signature of repository.signatures(subject)) {
    if (rejected.length === maxSignatures) return { statement, status: 'rejected', reason: 'too many', rejected };
    const { digest } = signature;
    const outcome = await fetchAndVerify(repository, signature, expectation, ports);
    if (outcome.status === 'verified') return { statement, status: 'verified', rejected, accepted: { ...outcome, digest } };
    rejected.push({ ...outcome, digest });
  }
  return { statement, status: 'rejected', reason: rejected.length === 0 ? 'unsigned' : 'all rejected', rejected };
}

/** What a signature of this artifact must stand for. */
export function expectationOf(subject: Descriptor, statement: OciStatement, userMetadata: ArtifactWish['userMetadata']): Expectation {
  return { statement, userMetadata, checkSubject: (signed) => checkSameSubject(signed, subject) };
}

/** Tries one signature that is listed; that it cannot be had is a rejection of it alone. */
export async function fetchAndVerify(
  repository: Repository,
  signature: Descriptor,
  expectation: Expectation,
  ports: VerificationPorts,
): Promise<SignatureOutcome> {
  const stored = await repository.fetch(signature).catch((error: unknown) => {
    if (error instanceof NotationError) return error;
    throw error;
  });
  if (stored instanceof NotationError) return { status: 'rejected', findings: [], stage: 'fetch', error: stored };
  return verifySignature(stored, expectation, ports);
}
