import { CryptographyClient, type KeyVaultKey } from '@azure/keyvault-keys';
import type { Algorithm } from '../../core/algorithm.ts';
import { versionIn } from './key-id.ts';
import type { Client } from './session.ts';

/** A signature (PSS with salt = hash length, or r‖s) and the version of the key that the vault says made it. */
export interface Signed {
  readonly bytes: Uint8Array;
  readonly version: string;
}

/**
 * Signs a digest of the algorithm's hash with one version of a key, or the newest: one request. A client that is given a name fetches the
 * key before it signs; one that is given a key does not, and of the key only its name is used here.
 */
export async function signDigest(
  client: Client,
  name: string,
  version: string | undefined,
  algorithm: Algorithm,
  digest: Uint8Array,
): Promise<Signed> {
  const url = `${client.origin}/keys/${name}${version === undefined ? '' : `/${version}`}`;
  const key: KeyVaultKey = { id: url, name: name, properties: { vaultUrl: client.origin, name: name } };
  // SignResult.keyID repeats the name that was asked for; only the answer itself says which version signed.
  let kid: unknown;
  const { result } = await new CryptographyClient(key, client.credential, client.options).sign(algorithm.jws, digest, {
    onResponse: ({ parsedBody }) => {
      kid = (parsedBody as { readonly kid?: unknown } | undefined)?.kid;
    },
  });
  const signer = typeof kid === 'string' ? versionIn(kid, 'keys', name) : undefined;
  if (!(result instanceof Uint8Array) || signer === undefined) throw new Error('no signature, or no version that made it');
  return { bytes: result, version: signer };
}
