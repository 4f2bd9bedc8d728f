import { SecretClient } from '@azure/keyvault-secrets';
import { versionIn } from './key-id.ts';
import type { Client } from './session.ts';

/** A secret that a vault keeps; `keyVersion` when it belongs to a certificate. */
export interface VaultSecret {
  readonly value: string;
  readonly contentType: string;
  readonly version: string;
  readonly keyVersion?: string;
}

/** One version of a secret, or the newest: one request. */
export async function getSecret(client: Client, name: string, version: string | undefined): Promise<VaultSecret> {
  const vault = new SecretClient(client.origin, client.credential, { ...client.options });
  const { value, properties } = await vault.getSecret(name, version === undefined ? {} : { version });
  const own = versionIn(properties.id, 'secrets', name);
  const keyVersion = versionIn(properties.certificateKeyId, 'keys', name);
  if (value === undefined || own === undefined) throw new Error('a secret without value or id');
  return { value, contentType: properties.contentType ?? '', version: own, ...(keyVersion !== undefined && { keyVersion }) };
}
