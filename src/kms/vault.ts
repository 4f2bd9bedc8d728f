// Keys in the Transit engine of HashiCorp Vault and OpenBao. The chain is a file, or lies in a secret of the KV engine.
import { type Algorithm, algorithmOfSpec } from '../core/algorithm.ts';
import { once } from '../core/once.ts';
import { keySpecOf } from '../x509/key-spec.ts';
import { collectCertificates, leafOf } from './certificates.ts';
import { algorithmOfLeaf, chainOf } from './leaf.ts';
import type { Key, KeyContext, KeyDescription, KeyProvider } from './provider.ts';
import { openChainSecret } from './vault/chain-secret.ts';
import { parseVaultKeyId } from './vault/key-id.ts';
import { placeOf, type VaultPlace } from './vault/place.ts';
import { openSession } from './vault/session.ts';
import type { TransitKey } from './vault/transit.ts';

/** Key ids: `hashivault://KEY` and `openbao://KEY`. */
export const vaultKeys: KeyProvider = {
  open: openVaultKey,
  describe: describeVaultKey,
  examine: async (keyId, context) => (await import('./vault/examination.ts')).examineVaultKey(keyId, context),
};

async function openVaultKey(keyId: string, context: KeyContext): Promise<Key> {
  const place = placeOf(parseVaultKeyId(keyId), context);
  const session = openSession(place, context);
  const key = once(async () => (await import('./vault/transit.ts')).readTransitKey(place, session));
  const secret = openChainSecret(place, session, context);
  const collected = await collectCertificates(context, secret.certificates);
  const leaf = await leafOf(collected, () => chainOf(collected));
  const algorithm = leaf === undefined ? await algorithmOf(await key(), place) : algorithmOfLeaf(leaf);
  const signing = once(async () => (await import('./vault/signing.ts')).openSigning({ place, session, algorithm, leaf, key }));
  return {
    algorithm,
    publicKeyInfo: async () => (await import('./vault/signing.ts')).publicKeyOf(await key(), leaf, place),
    certificates: async () => {
      if (collected.length === 0) throw secret.noChain();
      return chainOf(collected);
    },
    sign: async (message) => (await signing())(message),
  };
}

async function algorithmOf(key: TransitKey, place: VaultPlace): Promise<Algorithm> {
  const { publicKeyOf } = await import('./vault/signing.ts');
  return algorithmOfSpec(keySpecOf(publicKeyOf(key, undefined, place), `Transit key ${place.transit.key}`));
}

async function describeVaultKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const place = placeOf(parseVaultKeyId(keyId), context);
  const [{ describeTransitKey }, { readTransitKey }] = await Promise.all([import('./vault/description.ts'), import('./vault/transit.ts')]);
  return describeTransitKey(await readTransitKey(place, openSession(place, context)), place);
}
