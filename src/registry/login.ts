// Credentials are tried on the registry before they are saved, and saved only where they are kept safely.
import { NotationError } from '../core/error.ts';
import type { Clock } from '../core/ports.ts';
import type { Credential } from './credential.ts';
import type { CredentialStore } from './credential-store.ts';
import { type ExchangeOptions, openExchange } from './exchange.ts';
import { type PlainHttpRule, placeOf } from './place.ts';
import { refusalOf } from './refusal.ts';
import { openSession } from './session.ts';

export interface LoginOptions extends ExchangeOptions, PlainHttpRule {
  readonly store: CredentialStore;
  readonly now: Clock;
}

/**
 * Tries a credential on a registry and saves it.
 * @returns `saved`; `existing` where the very credential stands in a config.json already, in the clear
 * @throws NotationError `ACCESS_DENIED` when the registry refuses it, `CONFIG` when there is no helper to save it, and the network's
 */
export async function login(registry: string, credential: Credential, options: LoginOptions): Promise<'saved' | 'existing'> {
  await checkCredential(registry, credential, options);
  if (await options.store.put(registry, credential)) return 'saved';
  const kept = await options.store.get(registry).catch(() => undefined);
  if (isSame(kept, credential)) return 'existing';
  // notation's words.
  throw new NotationError(
    'CONFIG',
    'the credential could not be saved because a credentials store is required to securely store the password. See https://notaryproject.dev/docs/how-to/registry-authentication/',
  );
}

/** Distribution specification, "Determining Support": `/v2/` answers to who may use the registry at all. */
async function checkCredential(registry: string, credential: Credential, options: LoginOptions): Promise<void> {
  const place = placeOf(registry, options);
  const session = openSession(place, { exchange: openExchange(options), credentials: async () => credential, now: options.now });
  const response = await session.send({ method: 'GET', url: `${place.origin}/v2/`, headers: {} }, '');
  if (response.status === 200) return;
  const refusal = refusalOf(response, registry, 'the credential to be accepted');
  if (refusal.code !== 'ACCESS_DENIED') throw refusal;
  throw new NotationError('ACCESS_DENIED', refusal.message, { hint: 'check the user name and the password' });
}

function isSame(a: Credential | undefined, b: Credential): boolean {
  if (a?.kind === 'password' && b.kind === 'password') return a.username === b.username && a.password === b.password;
  return a !== undefined && a.kind !== 'password' && b.kind !== 'password' && a.kind === b.kind && a.token === b.token;
}
