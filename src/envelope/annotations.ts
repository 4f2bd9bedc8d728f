import type { Der } from '../core/bytes.ts';
import { fingerprint } from '../x509/public-key.ts';

/**
 * The annotations of a signature manifest: the SHA-256 of every certificate as a JSON list of lower-case hexadecimal, leaf first (signature
 * specification, "OCI Signatures"), and the signing time in UTC, whole seconds, as notation adds it.
 */
export function signatureAnnotations(certificates: readonly Der[], signingTime: Date): Readonly<Record<string, string>> {
  const thumbprints = certificates.map(fingerprint);
  return {
    'io.cncf.notary.x509chain.thumbprint#S256': JSON.stringify(thumbprints),
    'org.opencontainers.image.created': `${signingTime.toISOString().slice(0, 19)}Z`,
  };
}
