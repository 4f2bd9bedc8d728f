import { NotationError } from '../../core/error.ts';
import { parseCertificates } from '../../x509/bundle.ts';
import { type Certificate, parseCertificate } from '../../x509/certificate.ts';
import { certificatesInPkcs12 } from '../pkcs12.ts';
import type { VaultSecret } from './secrets.ts';

/**
 * The certificates in the secret of a Key Vault certificate: PEM, or PKCS#12 in base64 without a passphrase. A private key beside them
 * is passed over; nothing of the secret is kept or told.
 * @throws NotationError `CERTIFICATE`
 */
export function certificatesOf({ value, contentType }: VaultSecret, what: string): readonly Certificate[] {
  if (contentType === 'application/x-pem-file' || value.includes('-----BEGIN ')) return parseCertificates(Buffer.from(value), what);
  if (contentType === 'application/x-pkcs12' || contentType === '') {
    return certificatesInPkcs12(Buffer.from(value, 'base64'), what).map((der) => parseCertificate(der, what));
  }
  throw new NotationError('CERTIFICATE', `${what}: expected application/x-pkcs12 or application/x-pem-file, found ${shown(contentType)}`, {
    hint: 'give the secret of a certificate, or name the issuers with the plugin config option ca_certs',
  });
}

/** Secrets are written by people: only what is a media type is repeated. */
function shown(contentType: string): string {
  return /^[a-z]+\/[a-z0-9.+-]{1,60}$/i.test(contentType) ? contentType : 'another content type';
}
