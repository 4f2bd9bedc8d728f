// Signing what lies in a repository (signing and verification workflow specification, "OCI artifact signing").
import type { Descriptor, ExtendedAttribute } from '../core/model.ts';
import { checkUserMetadata, encodePayload } from '../core/payload.ts';
import type { Repository } from '../core/ports.ts';
import { signatureAnnotations } from '../envelope/annotations.ts';
import type { EnvelopeCodec } from '../envelope/codec.ts';
import type { GeneratingPorts } from './generate.ts';
import { type SealedEnvelope, type SigningPorts, type SigningWish, sign } from './sign.ts';

export interface ArtifactWish {
  readonly codec: EnvelopeCodec;
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly expirySeconds?: number;
  /** Signed beside what the specification names; none when absent. */
  readonly extended?: readonly ExtendedAttribute[];
}

/**
 * Signs an artifact that was resolved in `repository`, and stores the signature there.
 * @returns the descriptor of the new signature manifest
 * @throws NotationError `REQUEST` for a metadata key that is reserved or the artifact's own, and whatever signing and storing throw
 */
export async function signArtifact(
  repository: Repository,
  artifact: Descriptor,
  wish: ArtifactWish,
  ports: SigningPorts | GeneratingPorts,
): Promise<Descriptor> {
  const payload = encodePayload(withMetadata(artifact, wish.userMetadata));
  const { mediaType, envelope, certificates, signingTime, annotations: others } = await seal({ ...wish, payload }, ports);
  const annotations = { ...others, ...signatureAnnotations(certificates, signingTime) };
  const { mediaType: type, digest, size } = artifact;
  return repository.attach({ mediaType: type, digest, size }, { mediaType, envelope, annotations });
}

async function seal(wish: SigningWish, ports: SigningPorts | GeneratingPorts): Promise<SealedEnvelope> {
  return 'generator' in ports ? (await import('./generate.ts')).generate(wish, ports) : sign(wish, ports);
}

/** The artifact as the payload speaks of it. */
export function withMetadata(artifact: Descriptor, metadata: Readonly<Record<string, string>>): Descriptor {
  checkUserMetadata(metadata, artifact.annotations ?? {});
  return { ...artifact, annotations: { ...artifact.annotations, ...metadata } };
}
