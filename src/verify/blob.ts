// The signature of a file (signing and verification workflow specification, "Arbitrary blob verification").
import type { Descriptor, Envelope } from '../core/model.ts';
import type { StoredSignature } from '../core/ports.ts';
import { describeBlob } from '../envelope/blob.ts';
import type { BlobStatement } from '../policy/statement.ts';
import type { Outcome } from './outcome.ts';
import type { VerificationPorts } from './ports.ts';
import { verifySignature } from './signature.ts';
import { checkSameSubject } from './subject.ts';

export interface BlobWish {
  /** The one that applies to the blob. */
  readonly statement: BlobStatement;
  /** What the blob is; where it is absent, the signature's word is taken. */
  readonly mediaType?: string;
  readonly userMetadata: Readonly<Record<string, string>>;
}

/**
 * Tries the one signature of a blob.
 * @param content opens the blob; it is read only once its signer is trusted, and never held whole
 */
export async function verifyBlob(
  stored: StoredSignature,
  content: () => AsyncIterable<Uint8Array>,
  { statement, mediaType, userMetadata }: BlobWish,
  ports: VerificationPorts,
): Promise<Outcome> {
  if (statement.level === 'skip') return { statement, status: 'skipped' };
  const checkSubject = async (signed: Descriptor, { algorithm }: Envelope) =>
    checkSameSubject(signed, await describeBlob(content(), mediaType ?? signed.mediaType, algorithm.hash));
  const outcome = await verifySignature(stored, { statement, userMetadata, checkSubject }, ports);
  if (outcome.status === 'verified') return { statement, status: 'verified', rejected: [], accepted: outcome };
  return { statement, status: 'rejected', reason: 'all rejected', rejected: [outcome] };
}
