// The keys of situations: of leaves the ones in plugin-spec/keys, of authorities such as are made once for each process.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Der } from '../../../src/core/bytes.ts';

export const goodLeafKeys = ['ec-256', 'ec-384', 'ec-521', 'rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
export const badLeafKeys = ['rsa-1024', 'rsa-2560', 'ec-224', 'secp256k1', 'ed25519', 'rsa-pss'] as const;
export type LeafKey = (typeof goodLeafKeys)[number] | (typeof badLeafKeys)[number];
export type AuthorityKind = 'EC-256' | 'EC-384' | 'RSA-2048' | 'Ed25519';

export interface Key {
  readonly privateKey: KeyObject;
  readonly spki: Der;
}

const keysFolder = join(import.meta.dirname, '../../../plugin-spec/keys');
const kept = new Map<string, Key>();

/** A key of plugin-spec/keys. */
export function leafKey(name: LeafKey): Key {
  return keep(name, () => createPrivateKey(readFileSync(join(keysFolder, `${name}.key`))));
}

/** The key of the authority of that name. */
export function authorityKey(kind: AuthorityKind, name: string): Key {
  return keep(`${kind} ${name}`, () => generate(kind));
}

function keep(name: string, make: () => KeyObject): Key {
  const known = kept.get(name);
  if (known) return known;
  const privateKey = make();
  const key = { privateKey, spki: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }) };
  kept.set(name, key);
  return key;
}

function generate(kind: AuthorityKind): KeyObject {
  switch (kind) {
    case 'EC-256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'EC-384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    case 'RSA-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    default:
      return generateKeyPairSync('ed25519').privateKey;
  }
}
