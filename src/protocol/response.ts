import type { Algorithm, KeySpec } from '../core/algorithm.ts';
import { toBase64 } from '../core/bytes.ts';
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
