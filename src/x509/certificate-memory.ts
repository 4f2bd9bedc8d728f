import type { Der } from '../core/bytes.ts';
import { type Certificate, parseCertificate } from './certificate.ts';

/** More than the certificates of any chain, trust store and authority that one process meets in practice. */
const most = 4096;

/**
 * `parseCertificate` that reads the same bytes once: many signatures bring the same chain, and what is known of a certificate's issuer is
 * known by the object.
 */
export function rememberCertificates(): (der: Der, what?: string) => Certificate {
  const known = new Map<string, Certificate>();
  return (der, what) => {
    const bytes = Buffer.from(der).toString('latin1');
    const certificate = known.get(bytes) ?? parseCertificate(der, what);
    if (known.size >= most) known.clear();
    known.set(bytes, certificate);
    return certificate;
  };
}
