// Certificates: for servers of this machine, so that every program here trusts them, and for keys that lie in a cloud.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Der } from '../../src/core/bytes.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { extendedKeyUsage, issueCertificate, keyUsage } from '../../src/x509/issue/issue.ts';
import { draftOf, type Holder } from '../../test/support/pki.ts';
import type { Environment } from './case.ts';

/** Where Linux distributions keep the authorities that the machine trusts. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The environment of a machine that trusts one authority more than this one: Go and we read the same file, as long as ever. */
export function trusting(authority: string, folder: string): Environment {
  const system = systemBundles.find((path) => existsSync(path));
  const file = join(folder, 'trusted.pem');
  writeFileSync(file, `${system === undefined ? '' : readFileSync(system, 'utf8')}\n${authority}`);
  return { SSL_CERT_FILE: file };
}

/** Certifies a public key for code signing and writes the chain. Answers the file. */
export async function writeChain(folder: string, name: string, publicKeyInfo: Der, root: Holder): Promise<string> {
  const use = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.codeSigning])];
  const leaf = await issueCertificate(draftOf(name, root, { ...root.key, publicKeyInfo }, use), root.key.sign);
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, toPem([leaf, root.certificate.der]));
  return file;
}
