import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import type { Certificate } from '../x509/certificate.ts';
import { orderChain } from '../x509/chain.ts';

/**
 * Orders collected certificates leaf to root; with `publicKeyInfo` the leaf is the one that has it.
 * @throws NotationError `CERTIFICATE`, `KEY_MISMATCH`
 */
export function toChain(certificates: readonly Certificate[], publicKeyInfo?: Der): readonly Certificate[] {
  if (certificates.length > 0) return orderChain(certificates, publicKeyInfo);
  throw new NotationError('CERTIFICATE', 'no certificate chain for this key', {
    hint: 'name the file that holds the whole chain with the plugin config option cert_chain; notation-ts-kms key csr asks for a certificate',
  });
}
