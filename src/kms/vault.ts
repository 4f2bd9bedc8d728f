// Keys in the Transit engine of HashiCorp Vault and OpenBao. The chain is a file, or lies in a secret of the KV engine.
import { type Algorithm, algorithmOfSpec } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { equalBytes } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import type { Certificate } from '../x509/certificate.ts';
import { keySpecOf } from '../x509/key-spec.ts';
import { fingerprint, verifySignature } from '../x509/public-key.ts';
import { collectCertificates, leafOf } from './certificates.ts';
import { toChain } from './chain.ts';
import type { Key, KeyContext, KeyDescription, KeyProvider } from './provider.ts';
import { openChainSecret } from './vault/chain-secret.ts';
import { parseVaultKeyId } from './vault/key-id.ts';
import { placeOf, type VaultPlace } from './vault/place.ts';
import { openSession } from './vault/session.ts';
import { openSigning, readTransitKey, type SignDigest, type TransitKey, transitTypes } from './vault/transit.ts';

/** Key ids: `hashivault://KEY` and `openbao://KEY`. */
export const vaultKeys: KeyProvider = {
  open: openVaultKey,
  describe: describeVaultKey,
  examine: async (keyId, context) => (await import('./vault/examination.ts')).examineVaultKey(keyId, context),
};

async function openVaultKey(keyId: string, context: KeyContext): Promise<Key> {
  const place = placeOf(parseVaultKeyId(keyId), context);
  const session = openSession(place, context);
  const key = once(() => readTransitKey(place, session));
  const secret = openChainSecret(place, session, context);
  const collected = await collectCertificates(context, secret.certificates);
  const leaf = await leafOf(collected, async () => toChain(collected));
  const algorithm = algorithmOfSpec(leaf === undefined ? specOf(await key(), place) : keySpecOf(leaf.publicKeyInfo, 'leaf certificate'));
  const open = (version: number | undefined) => openSigning(place, algorithm, version, session);
  const sign =
    leaf === undefined || place.transit.version !== undefined
      ? plainly(open(place.transit.version))
      : openLeafSigning(leaf, algorithm, key, open);
  return {
    algorithm,
    publicKeyInfo: async () => publicKeyOf(await key(), leaf, place),
    certificates: async () => {
      if (collected.length === 0) throw secret.noChain();
      return toChain(collected, leaf?.publicKeyInfo);
    },
    sign: async (message) => sign(message, await digestOf(message, algorithm)),
  };
}

type SignMessage = (message: Uint8Array, digest: Uint8Array) => Promise<Uint8Array>;

function plainly(sign: SignDigest): SignMessage {
  return async (_message, digest) => (await sign(digest)).bytes;
}

/**
 * Signs with the version whose public key the leaf has, whatever is the newest. That is the newest nearly always: so it is asked first, in
 * one request, and only when its signature does not verify are the versions read, once.
 */
function openLeafSigning(
  { publicKeyInfo }: Certificate,
  algorithm: Algorithm,
  key: () => Promise<TransitKey>,
  open: (version: number | undefined) => SignDigest,
): SignMessage {
  const newest = open(undefined);
  const older = once(async () => open(versionOf(await key(), publicKeyInfo)));
  let rotated = false;
  return async (message, digest) => {
    if (rotated) return (await (await older())(digest)).bytes;
    const { bytes } = await newest(digest);
    if (verifySignature(publicKeyInfo, algorithm, message, bytes)) return bytes;
    rotated = true;
    return (await (await older())(digest)).bytes;
  };
}

function versionOf({ versions }: TransitKey, publicKeyInfo: Der): number {
  const found = versions.find((one) => equalBytes(one.publicKeyInfo, publicKeyInfo));
  if (found !== undefined) return found.version;
  const known = versions.map(({ version, publicKeyInfo: spki }) => `${version} (${fingerprint(spki).slice(0, 16)}…)`).join(', ');
  throw new NotationError(
    'KEY_MISMATCH',
    `leaf certificate: expected the public key of a version of this Transit key, ${known || 'of which there are none'}, found another (${fingerprint(publicKeyInfo).slice(0, 16)}…)`,
    { hint: 'use the certificate of this key, or the key of this certificate; notation-ts-kms key csr asks for a new certificate' },
  );
}

function publicKeyOf(key: TransitKey, leaf: Certificate | undefined, { transit }: VaultPlace): Der {
  const wanted = transit.version ?? (leaf === undefined ? key.latest : versionOf(key, leaf.publicKeyInfo));
  const found = key.versions.find(({ version }) => version === wanted);
  if (found !== undefined) return found.publicKeyInfo;
  throw new NotationError('KEY_UNUSABLE', `Transit key ${transit.key}: expected a public key of version ${wanted}, found none`, {
    hint: `its type is ${key.type}; use a key of type ${Object.keys(transitTypes).join(', ')}, and a version that there is`,
  });
}

function specOf(key: TransitKey, place: VaultPlace) {
  return keySpecOf(publicKeyOf(key, undefined, place), `Transit key ${place.transit.key}`);
}

async function digestOf(message: Uint8Array, { hash }: Algorithm): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto');
  return createHash(hash).update(message).digest();
}

async function describeVaultKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const place = placeOf(parseVaultKeyId(keyId), context);
  const { describeTransitKey } = await import('./vault/description.ts');
  return describeTransitKey(await readTransitKey(place, openSession(place, context)), place);
}
