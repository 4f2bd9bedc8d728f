import { CertificateClient } from '@azure/keyvault-certificates';
import type { Der } from '../../core/bytes.ts';
import { versionIn } from './key-id.ts';
import type { Client } from './session.ts';

/** A certificate that a vault keeps, with the versions of the key and the secret that belong to it. */
export interface VaultCertificate {
  readonly der: Der;
  readonly version: string;
  readonly keyVersion: string;
  readonly secretVersion?: string;
}

/** One version of a certificate, or the newest: one request. */
export async function getCertificate(client: Client, name: string, version: string | undefined): Promise<VaultCertificate> {
  const vault = new CertificateClient(client.origin, client.credential, { ...client.options });
  const found = await (version === undefined ? vault.getCertificate(name) : vault.getCertificateVersion(name, version));
  const own = versionIn(found.properties.id, 'certificates', name);
  const keyVersion = versionIn(found.keyId, 'keys', name);
  const secretVersion = versionIn(found.secretId, 'secrets', name);
  if (!(found.cer instanceof Uint8Array) || own === undefined || keyVersion === undefined)
    throw new Error('a certificate without cer, id or kid');
  return { der: found.cer, version: own, keyVersion, ...(secretVersion !== undefined && { secretVersion }) };
}
