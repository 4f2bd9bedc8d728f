// Which version of a Transit key signs: the one that an option names, or the one whose public key the leaf has.
import type { Algorithm } from '../../core/algorithm.ts';
import { type Der, equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { once } from '../../core/once.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { fingerprint, verifySignature } from '../../x509/public-key.ts';
import { digestOf } from '../digest.ts';
import type { VaultPlace } from './place.ts';
import type { VaultSession } from './session.ts';
import { openDigestSigning, type TransitKey, transitTypes } from './transit.ts';

export interface TransitSigning {
  readonly place: VaultPlace;
  readonly session: VaultSession;
  readonly algorithm: Algorithm;
  readonly leaf: Certificate | undefined;
  readonly key: () => Promise<TransitKey>;
}

/**
 * Opens a way to sign messages. Where a leaf says which version it must be, that is the newest nearly always: so the newest is asked first, in
 * one request, and only when its signature does not verify are the versions read, once.
 * @returns PSS, or r‖s
 */
export function openSigning({ place, session, algorithm, leaf, key }: TransitSigning): (message: Uint8Array) => Promise<Uint8Array> {
  const open = (version: number | undefined) => openDigestSigning(place, algorithm, version, session);
  const first = open(place.transit.version);
  if (leaf === undefined || place.transit.version !== undefined) return async (message) => first(await digestOf(message, algorithm));
  const older = once(async () => open(versionOf(await key(), leaf.publicKeyInfo)));
  let rotated = false;
  return async (message) => {
    const digest = await digestOf(message, algorithm);
    if (!rotated) {
      const signature = await first(digest);
      if (verifySignature(leaf.publicKeyInfo, algorithm, message, signature)) return signature;
      rotated = true;
    }
    return (await older())(digest);
  };
}

/** The public key that signatures verify under: of the version that an option names, that the leaf is for, or of the newest. @throws NotationError `KEY_MISMATCH`, `KEY_UNUSABLE` */
export function publicKeyOf(key: TransitKey, leaf: Certificate | undefined, { transit }: VaultPlace): Der {
  const wanted = transit.version ?? (leaf === undefined ? key.latest : versionOf(key, leaf.publicKeyInfo));
  const found = key.versions.find(({ version }) => version === wanted);
  if (found !== undefined) return found.publicKeyInfo;
  throw new NotationError('KEY_UNUSABLE', `Transit key ${transit.key}: expected a public key of version ${wanted}, found none`, {
    hint: `its type is ${key.type}; use a key of type ${Object.keys(transitTypes).join(', ')}, and a version that there is`,
  });
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
