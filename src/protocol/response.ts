import type { Algorithm, KeySpec } from '../core/algorithm.ts';
import { toBase64 } from '../core/bytes.ts';
import type { EnvelopeMediaType } from '../core/model.ts';
import type { Signature } from '../core/ports.ts';

/** The `describe-key` response; `keyId` is the request's, byte for byte. */
export function encodeKeyDescription(keyId: string, keySpec: KeySpec): object {
  return { keyId, keySpec };
}

/** The `generate-signature` response: signature and certificates in standard base64, leaf first. */
export function encodeSignature(keyId: string, algorithm: Algorithm, signature: Signature): object {
  return {
    keyId,
    signature: toBase64(signature.bytes),
    signingAlgorithm: algorithm.signing,
    certificateChain: signature.certificates.map(toBase64),
  };
}

/** The `generate-envelope` response. What manifests say beside the signature, notation adds by itself. */
export function encodeEnvelope(envelope: Uint8Array, mediaType: EnvelopeMediaType): object {
  return { signatureEnvelope: toBase64(envelope), signatureEnvelopeType: mediaType, annotations: {} };
}

/** What came of one check: `reason` says why, also where it succeeded. */
export interface CheckResult {
  readonly success: boolean;
  readonly reason: string;
}

/**
 * The `verify-signature` response: a result for each capability that was asked for. No attribute is ever processed: this plugin knows none, and
 * its host must refuse a signature that demands one (plugin-extensibility.md, "Verification workflow", 6.3).
 */
export function encodeVerification(results: ReadonlyMap<string, CheckResult>): object {
  return { verificationResults: Object.fromEntries(results), processedAttributes: [] };
}
