import { NotationError } from '../core/error.ts';
import { parseCertificates } from '../x509/bundle.ts';
import { type Certificate, leafByName } from '../x509/certificate.ts';
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
  const [leaf, rest] = await Promise.all([own(), readIssuers(issuers, context)]);
  return [...leaf, ...rest];
}

/** The certificates of `ca_certs`; none where the option is absent. @throws NotationError `FILE`, `CERTIFICATE` */
export async function readIssuers(path: string | undefined, context: KeyContext): Promise<readonly Certificate[]> {
  return path === undefined ? [] : readCertificates(path, 'issuer certificates (ca_certs)', context);
}

/**
 * The leaf of collected certificates, undefined when there are none: by their names where these tell, and otherwise the first once
 * `order` has verified who signed whom, which takes longer.
 */
export async function leafOf(
  certificates: readonly Certificate[],
  order: () => Promise<readonly Certificate[]>,
): Promise<Certificate | undefined> {
  return leafByName(certificates) ?? (certificates.length > 0 ? (await order())[0] : undefined);
}

/**
 * Refuses issuers without a leaf, for a service that keeps no certificates.
 * @throws NotationError `CONFIG` for the option `ca_certs`
 */
export function refuseIssuersAlone({ settings }: KeyContext, service: string): void {
  if (settings.text.ca_certs === undefined) return;
  throw new NotationError('CONFIG', `plugin config ca_certs: ${service} keeps no certificate that these could be the issuers of`, {
    hint: 'put the leaf and its issuers into one file and name it with cert_chain',
  });
}

/** The error of a key that has no chain, for `problem` if that is known. */
export function noChain(problem?: string, metadata: Readonly<Record<string, string>> = {}): NotationError {
  return new NotationError('CERTIFICATE', `no certificate chain for this key${problem === undefined ? '' : `: ${problem}`}`, {
    metadata,
    hint: 'name the file that holds the whole chain with the plugin config option cert_chain; notation-ts-kms key csr asks for a certificate',
  });
}

/** Every certificate of one file. @throws NotationError `FILE`, `CERTIFICATE` */
export async function readCertificates(path: string, what: string, context: KeyContext): Promise<readonly Certificate[]> {
  return parseCertificates(await context.files.read(path, what, chainLimit), `${what} ${path}`);
}
