// The Transit engine: its keys with their versions, and signatures over digests.
import { createPublicKey } from 'node:crypto';
import type { Algorithm, KeySpec } from '../../core/algorithm.ts';
import { type Der, toBase64 } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject } from '../../core/json.ts';
import { type BatchResult, inBatches } from './batch.ts';
import { toItemError } from './error.ts';
import type { VaultPlace } from './place.ts';
import type { VaultSession } from './session.ts';

/** The engine's names of the six key specs; its own names of hashes go with them. */
export const transitTypes: Readonly<Record<string, KeySpec>> = {
  'rsa-2048': 'RSA-2048',
  'rsa-3072': 'RSA-3072',
  'rsa-4096': 'RSA-4096',
  'ecdsa-p256': 'EC-256',
  'ecdsa-p384': 'EC-384',
  'ecdsa-p521': 'EC-521',
};

/** A key as the engine tells it. */
export interface TransitKey {
  readonly type: string;
  readonly latest: number;
  /** Public keys by version, oldest first; empty for a key that has none. */
  readonly versions: readonly { readonly version: number; readonly publicKeyInfo: Der }[];
  /** All that was said. */
  readonly said: JsonObject;
}

/** Reads a key. One request. @throws NotationError `UNAVAILABLE` for an answer that is none, and what the session throws */
export async function readTransitKey({ transit }: VaultPlace, session: VaultSession): Promise<TransitKey> {
  const said = await session.ask('read the key', `${transit.mount}/keys/${transit.key}`);
  const { type, latest_version: latest, keys } = said;
  if (typeof type !== 'string' || !isVersion(latest)) throw nonsense(`the key ${transit.key}`);
  const versions = Object.entries(asObject(keys, `the versions of ${transit.key}`, 'UNAVAILABLE')).flatMap(([version, facts]) => {
    const pem = (facts as { readonly public_key?: unknown } | null)?.public_key;
    return typeof pem === 'string' && pem.includes('-----BEGIN PUBLIC KEY-----')
      ? [{ version: Number(version), publicKeyInfo: spkiOf(pem) }]
      : [];
  });
  return { type, latest, versions: versions.toSorted((a, b) => a.version - b.version), said };
}

/** How many signatures one request asks for at most. */
const batchLimit = 100;

/** Signs a digest, of the length that goes with the key, with a version of it or the newest one. */
export type SignDigest = (digest: Uint8Array) => Promise<Uint8Array>;

/**
 * Opens a way to sign. One request for each digest that comes alone; those that come while one is under way share the next.
 * @param version absent: the newest
 */
export function openDigestSigning(place: VaultPlace, algorithm: Algorithm, version: number | undefined, session: VaultSession): SignDigest {
  const { mount, key } = place.transit;
  const path = `${mount}/sign/${key}`;
  const attempt = { action: 'sign', path, product: place.product, host: new URL(place.address).host, secrets: [] } as const;
  const request = { ...requestOf(algorithm), ...(version !== undefined && { key_version: version }) };
  const sign = async (digests: readonly Uint8Array[]): Promise<readonly BatchResult<Uint8Array>[]> => {
    const inputs = digests.map((digest) => ({ input: toBase64(digest) }));
    const [only] = inputs;
    if (only !== undefined && inputs.length === 1)
      return [{ value: signatureIn(await session.ask('sign', path, { ...request, ...only }), key) }];
    const { batch_results: results } = await session.ask('sign', path, { ...request, batch_input: inputs });
    if (!Array.isArray(results) || results.length !== inputs.length) throw nonsense(`signatures by ${key}`);
    return results.map((result: unknown) => {
      const item = asObject(result, `a signature by ${key}`, 'UNAVAILABLE');
      return typeof item['error'] === 'string' && item['error'] !== ''
        ? { error: toItemError(item['error'], attempt) }
        : { value: signatureIn(item, key) };
    });
  };
  const inTurn = inBatches(sign, batchLimit);
  // An EC key would sign a digest of any length, and nobody would verify it.
  return async (digest) => {
    if (digest.length === algorithm.hashBytes) return inTurn(digest);
    throw new NotationError('INTERNAL', `digest: expected ${algorithm.hashBytes} bytes, found ${digest.length}`);
  };
}

/** The engine's defaults would salt with as much as fits; and `jws` is r‖s of fixed width, in base64url. */
function requestOf({ kind, hash }: Algorithm): JsonObject {
  const hashes = { 'SHA-256': 'sha2-256', 'SHA-384': 'sha2-384', 'SHA-512': 'sha2-512' } as const;
  const pss = kind === 'RSA' ? { signature_algorithm: 'pss', salt_length: 'hash' } : {};
  return { prehashed: true, hash_algorithm: hashes[hash], marshaling_algorithm: 'jws', ...pss };
}

/** `vault:v3:…`, with the signature in base64url. */
function signatureIn({ signature }: JsonObject, key: string): Uint8Array {
  const [, text = ''] = /^[a-z]+:v[1-9]\d{0,8}:([A-Za-z0-9_-]+)$/.exec(typeof signature === 'string' ? signature : '') ?? [];
  if (text === '') throw nonsense(`a signature by ${key}`);
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function spkiOf(pem: string): Der {
  try {
    return new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
  } catch (cause) {
    throw new NotationError('UNAVAILABLE', 'Transit: expected a public key, found one that cannot be read', { cause });
  }
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function nonsense(what: string): NotationError {
  return new NotationError('UNAVAILABLE', `Transit: expected ${what}, found something else`);
}
