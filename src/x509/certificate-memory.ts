import type { Der } from '../core/bytes.ts';
import { type Certificate, parseCertificate } from './certificate.ts';

/** Bytes of certificates: more than one process meets in practice, and no more than one that is sent nonsense may keep. */
const room = 16 << 20;

/**
 * `parseCertificate` that reads the same bytes once: many signatures bring the same chain, and what is known of a certificate's issuer is
 * known by the object.
 */
export function rememberCertificates(): (der: Der, what?: string) => Certificate {
  const known = new Map<string, Certificate>();
  let kept = 0;
  return (der, what) => {
    const bytes = Buffer.from(der).toString('latin1');
    const remembered = known.get(bytes);
    if (remembered) return remembered;
    const certificate = parseCertificate(der, what);
    kept += der.length;
    if (kept > room) {
      known.clear();
      kept = der.length;
    }
    known.set(bytes, certificate);
    return certificate;
  };
}
