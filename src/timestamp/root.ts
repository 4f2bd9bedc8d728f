import type { Files } from '../core/ports.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkTimestampRoot } from '../x509/chain/anchor.ts';

const fileLimit = 1 << 20;

/**
 * The root of a timestamp authority from its file (`--timestamp-root-cert`, `tsa_root_cert`): PEM or DER, one self-signed root CA alone.
 * @throws NotationError `FILE`, `CERTIFICATE`
 */
export async function readTimestampRoot(path: string, files: Files): Promise<Certificate> {
  const bytes = await files.read(path, 'timestamp root', fileLimit);
  return checkTimestampRoot(parseCertificates(bytes, `timestamp root ${path}`));
}
