import type { Der } from '../core/bytes.ts';
import type { Certificate } from '../x509/certificate.ts';
import { orderChain } from '../x509/chain/chain.ts';
import { noChain } from './certificates.ts';

/**
 * Orders collected certificates leaf to root; with `publicKeyInfo` the leaf is the one that has it.
 * @throws NotationError `CERTIFICATE`, `KEY_MISMATCH`
 */
export function toChain(certificates: readonly Certificate[], publicKeyInfo?: Der): readonly Certificate[] {
  if (certificates.length > 0) return orderChain(certificates, publicKeyInfo);
  throw noChain();
}
