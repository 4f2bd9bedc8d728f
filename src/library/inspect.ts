// What signatures say, for those who look: nothing of it is verified.
import { type CallOptions, eachUntilAborted } from '../core/abort.ts';
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import { type InspectedEnvelope, inspectEnvelope } from '../envelope/inspection.ts';
import { endedBy, noDeadline } from '../http/deadline.ts';
import { type OpenedArtifact, openArtifact } from './artifact.ts';
import { type Host, openCall, runBounded, runOpenEnded } from './host.ts';
import type { Artifact, SignedBlob } from './source.ts';
import { checkCount, storedOf, usualMaximum } from './stored.ts';

/** How an artifact is inspected. */
export interface InspectOptions extends CallOptions {
  /** How many signatures are read at most; 100 when absent. */
  readonly maxSignatures?: number | undefined;
}

/** What the signatures of an artifact say. */
export interface ArtifactInspection {
  readonly artifact: Descriptor;
  /** As they are listed. */
  readonly signatures: readonly InspectedSignature[];
  /** Whether these are all of them. */
  readonly complete: boolean;
}

/** What one signature says, or why it cannot be read; `digest` is its manifest's. */
export type InspectedSignature = { readonly digest: string } & (InspectedEnvelope | { readonly error: NotationError });

/** Reads what the signatures of an artifact say. One that cannot be read stops no other. */
export function inspectAnArtifact(artifact: Artifact, options: InspectOptions, host: Host): Promise<ArtifactInspection> {
  const { maxSignatures = usualMaximum } = options;
  return runBounded(host, options, async (call) => {
    checkCount(maxSignatures);
    const opened = await openArtifact(artifact, call);
    const signatures: InspectedSignature[] = [];
    for await (const signature of opened.repository.signatures(opened.descriptor)) {
      if (signatures.length >= maxSignatures) return { artifact: opened.descriptor, signatures, complete: false };
      signatures.push(await inspectOne(opened, signature));
    }
    return { artifact: opened.descriptor, signatures, complete: true };
  });
}

async function inspectOne({ repository }: OpenedArtifact, signature: Descriptor): Promise<InspectedSignature> {
  const { digest } = signature;
  try {
    return { digest, ...(await inspectEnvelope(await repository.fetch(signature))) };
  } catch (error) {
    if (error instanceof NotationError) return { digest, error };
    throw error;
  }
}

/** Reads what the signature of a blob says. */
export function inspectBlobSignature(signature: SignedBlob['signature'], options: CallOptions, host: Host): Promise<InspectedEnvelope> {
  return runOpenEnded(host, options, async () => inspectEnvelope(await storedOf(signature, host)));
}

/** The signature manifests of an artifact, as they are listed, page by page. */
export async function* listSignatures(artifact: Artifact, { signal }: CallOptions, host: Host): AsyncGenerator<Descriptor> {
  const { repository, descriptor } = await runBounded(host, { signal }, () =>
    openArtifact(artifact, openCall(host, signal, endedBy(noDeadline, signal))),
  );
  yield* eachUntilAborted(repository.signatures(descriptor), signal);
}
