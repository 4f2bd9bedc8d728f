// What Key Vault tells of a key, in our words.
import { algorithms } from '../../core/algorithm.ts';
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { keySpecOrName, unusable } from '../../x509/key-spec.ts';
import type { KeyDescription } from '../provider.ts';
import type { VaultKey } from './keys.ts';

/** The key's SubjectPublicKeyInfo. @throws NotationError `KEY_UNUSABLE` for a key of a kind that no certificate can be for */
export function publicKeyInfoIn(key: VaultKey): Der {
  if (key.publicKeyInfo !== undefined) return key.publicKeyInfo;
  throw unusable(`key ${key.id}`, kindOf(key));
}

/** Refuses a key that may not sign at `now`. @throws NotationError `KEY_UNUSABLE`, with its state */
export function checkMaySign(key: VaultKey, now: Date): void {
  const state = stateOf(key, now);
  const found =
    state !== 'enabled' ? `one that is ${state}` : maySign(key) ? undefined : `one for ${key.operations.join(', ') || 'nothing'}`;
  if (found === undefined) return;
  throw new NotationError('KEY_UNUSABLE', `key ${key.id}: expected a key that may sign now, found ${found}`, {
    hint: 'correct its state or key operations (az keyvault key set-attributes), or use another key',
  });
}

/** A key's description; `now` is held against its dates. */
export function describeVaultKey(key: VaultKey, now: Date): KeyDescription {
  const spec = specOf(key);
  return {
    id: key.id,
    spec,
    state: stateOf(key, now),
    version: key.version,
    algorithms: algorithms.filter(({ keySpec }) => keySpec === spec && maySign(key)).map(({ jws }) => jws),
    facts: factsOf(key),
  };
}

function maySign({ operations }: VaultKey): boolean {
  return operations.includes('sign');
}

function stateOf({ enabled, notBefore, expires }: VaultKey, now: Date): string {
  if (!enabled) return 'disabled';
  if (notBefore !== undefined && now < notBefore) return 'not yet valid';
  return expires !== undefined && now >= expires ? 'expired' : 'enabled';
}

/** One of the six key specs, or what else it is: "RSA-1024", "EC-HSM P-256K", "oct-HSM". */
function specOf(key: VaultKey): string {
  return key.publicKeyInfo === undefined ? kindOf(key) : keySpecOrName(key.publicKeyInfo, `key ${key.id}`);
}

function kindOf({ kty, curve }: VaultKey): string {
  return curve === undefined ? kty : `${kty} ${curve}`;
}

function factsOf({ kty, operations, created, notBefore, expires }: VaultKey): Readonly<Record<string, string>> {
  return {
    'key type': kty,
    'kept in': kty.endsWith('-HSM') ? 'hardware' : 'software',
    operations: operations.join(', '),
    ...dated('created', created),
    ...dated('not before', notBefore),
    ...dated('expires', expires),
  };
}

function dated(label: string, date: Date | undefined): Readonly<Record<string, string>> {
  return date === undefined ? {} : { [label]: date.toISOString() };
}
