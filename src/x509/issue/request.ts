// Certification requests, PKCS#10 (RFC 2986).
import type { Algorithm } from '../../core/algorithm.ts';
import type { Der } from '../../core/bytes.ts';
import { constructedContextTag } from '../asn1/der.ts';
import { bitString, element, integer, oid, sequence, set } from '../asn1/der-encode.ts';
import { encodeSignatureAlgorithm, encodeSignatureValue } from '../signature-algorithm.ts';
import { type ExtensionDraft, encodeExtensions, encodeName, type NameDraft } from './issue.ts';

export interface RequestDraft {
  readonly subject: NameDraft;
  /** SubjectPublicKeyInfo of the key that signs the request. */
  readonly publicKeyInfo: Der;
  readonly algorithm: Algorithm;
  /** What the certificate is asked to hold; none leaves the attribute out. */
  readonly extensions: readonly ExtensionDraft[];
}

/**
 * Makes a CertificationRequest as DER: RSASSA-PSS with explicit parameters for RSA, ECDSA for EC.
 * @param sign takes the message and answers as `Key.sign` does: PSS with a salt as long as the hash, or fixed-width r‖s
 * @throws NotationError `CERTIFICATE` when a name cannot be written, and whatever `sign` throws.
 */
export async function makeRequest(draft: RequestDraft, sign: (info: Uint8Array) => Promise<Uint8Array>): Promise<Der> {
  const info = encodeInfo(draft);
  const signature = await sign(info);
  const value = encodeSignatureValue(draft.algorithm, signature);
  return sequence(info, encodeSignatureAlgorithm(draft.algorithm), bitString(value));
}

// RFC 2986 §4.1. The attributes are [0] IMPLICIT SET, and stand there when there are none.
function encodeInfo({ subject, publicKeyInfo, extensions }: RequestDraft): Der {
  const attributes = extensions.length > 0 ? [extensionRequest(extensions)] : [];
  return sequence(integer(0), encodeName(subject), publicKeyInfo, element(constructedContextTag(0), ...attributes));
}

// RFC 2985 §5.4.2: one value, Extensions.
function extensionRequest(extensions: readonly ExtensionDraft[]): Der {
  return sequence(oid(extensionRequestOid), set(encodeExtensions(extensions)));
}

const extensionRequestOid = '1.2.840.113549.1.9.14';
