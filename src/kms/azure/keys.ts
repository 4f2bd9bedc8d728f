import { KeyClient, type KeyVaultKey } from '@azure/keyvault-keys';
import type { Der } from '../../core/bytes.ts';
import { publicKeyInfoOf } from './jwk.ts';
import { versionIn } from './key-id.ts';
import type { Client } from './session.ts';

/** A key as Key Vault tells it. */
export interface VaultKey {
  /** Its `kid`: the whole address, with the version. */
  readonly id: string;
  readonly version: string;
  /** Key Vault's own words: `RSA`, `RSA-HSM`, `EC`, `EC-HSM`, `oct-HSM`, and a curve. */
  readonly kty: string;
  readonly curve: string | undefined;
  /** SubjectPublicKeyInfo; undefined for a key of a kind that no certificate is made for. */
  readonly publicKeyInfo: Der | undefined;
  readonly operations: readonly string[];
  readonly enabled: boolean;
  readonly notBefore: Date | undefined;
  readonly expires: Date | undefined;
  readonly created: Date | undefined;
}

/** One version of a key, or the newest: one request. */
export async function getKey(client: Client, name: string, version: string | undefined): Promise<VaultKey> {
  return toVaultKey(await clientOf(client).getKey(name, version === undefined ? {} : { version }), name);
}

/** The versions of a key that could sign, the newest first: one request for each page of 25. */
export async function listVersions(client: Client, name: string): Promise<readonly string[]> {
  const found: { readonly version: string; readonly created: number }[] = [];
  for await (const { id, enabled, createdOn } of clientOf(client).listPropertiesOfKeyVersions(name)) {
    const version = versionIn(id, 'keys', name);
    if (version !== undefined && enabled !== false) found.push({ version, created: createdOn?.getTime() ?? 0 });
  }
  return found.toSorted((a, b) => b.created - a.created).map(({ version }) => version);
}

function clientOf({ origin, credential, options }: Client): KeyClient {
  return new KeyClient(origin, credential, { ...options });
}

function toVaultKey({ id, key, keyType, keyOperations, properties }: KeyVaultKey, name: string): VaultKey {
  const version = versionIn(id, 'keys', name);
  if (id === undefined || version === undefined || keyType === undefined) throw new Error('a key without kid or kty');
  const { enabled, notBefore, expiresOn, createdOn } = properties;
  return {
    id,
    version,
    kty: keyType,
    curve: key?.crv,
    publicKeyInfo: key && publicKeyInfoOf(key),
    operations: keyOperations ?? [],
    enabled: enabled !== false,
    notBefore,
    expires: expiresOn,
    created: createdOn,
  };
}
