import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { KeyContext } from './provider.ts';

const chainLimit = 1 << 20;

/** The certificates that the backend itself keeps with the key; empty when it keeps none. */
export type OwnCertificates = () => Promise<readonly Certificate[]>;

/**
 * The certificates that go with a key, unordered: `cert_chain` alone, or the backend's own with `ca_certs` added, or the
 * backend's own. Empty when there are none.
 * @throws NotationError `FILE`, `CERTIFICATE`
 */
export async function collectCertificates(context: KeyContext, own: OwnCertificates): Promise<readonly Certificate[]> {
  const { cert_chain: whole, ca_certs: issuers } = context.settings.text;
  if (whole !== undefined) return readCertificates(whole, 'certificate chain (cert_chain)', context);
  if (issuers === undefined) return own();
  const [leaf, rest] = await Promise.all([own(), readCertificates(issuers, 'issuer certificates (ca_certs)', context)]);
  return [...leaf, ...rest];
}

/** Every certificate of one file. @throws NotationError `FILE`, `CERTIFICATE` */
export async function readCertificates(path: string, what: string, context: KeyContext): Promise<readonly Certificate[]> {
  return parseCertificates(await context.files.read(path, what, chainLimit), `${what} ${path}`);
}
