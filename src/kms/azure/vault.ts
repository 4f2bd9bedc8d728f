// What is asked of one vault. Each question loads the part of the SDK that it needs, and no part is loaded before the first.
import type { Algorithm } from '../../core/algorithm.ts';
import type { Settings } from '../config.ts';
import type { KeyContext } from '../provider.ts';
import type { VaultCertificate } from './certificates.ts';
import { type Cloud, cloudOf } from './cloud.ts';
import { authorityAhead } from './credential.ts';
import type { Asked } from './error.ts';
import type { AzureKeyId } from './key-id.ts';
import type { VaultKey } from './keys.ts';
import type { VaultSecret } from './secrets.ts';
import type { Client, GivenToken, Session } from './session.ts';
import type { Signed } from './sign.ts';

/** The objects of one name in one vault, by version; without one, the newest. Everything throws NotationError as `toVaultError` has it. */
export interface Vault {
  /** Managed HSMs keep keys alone. */
  readonly kind: Cloud['kind'];
  key(version: string | undefined): Promise<VaultKey>;
  /** The key's enabled versions, the newest first. */
  keyVersions(): Promise<readonly string[]>;
  certificate(version: string | undefined): Promise<VaultCertificate>;
  secret(version: string | undefined): Promise<VaultSecret>;
  sign(version: string | undefined, algorithm: Algorithm, digest: Uint8Array): Promise<Signed>;
  /** The token that opens the vault. What the vault then says is not looked at. @throws NotationError when there is none */
  token(): Promise<GivenToken>;
}

/** Opens the vault of `id`, without any request. */
export function openVault(id: AzureKeyId, context: KeyContext): Vault {
  const { name, host } = id;
  const kind = cloudOf(id.hostname)?.kind ?? 'vault';
  const session = () => sessionFor(id, context);
  const ask = async <T>(permission: Asked['permission'], version: string | undefined, operation: (client: Client) => Promise<T>) =>
    (await session()).ask({ host, kind, permission, name, ...(version !== undefined && { version }) }, operation);
  const key = (version: string | undefined) =>
    ask('keys/get', version, async (client) => (await import('./keys.ts')).getKey(client, name, version));
  return {
    kind,
    key,
    token: async () => {
      const refusal = await key(id.version).catch((error: unknown) => error);
      const token = (await session()).token();
      if (token === undefined) throw refusal;
      return token;
    },
    keyVersions: () => ask('keys/list', undefined, async (client) => (await import('./keys.ts')).listVersions(client, name)),
    certificate: (version) =>
      ask('certificates/get', version, async (client) => (await import('./certificates.ts')).getCertificate(client, name, version)),
    secret: (version) => ask('secrets/get', version, async (client) => (await import('./secrets.ts')).getSecret(client, name, version)),
    sign: (version, algorithm, digest) =>
      ask('keys/sign', version, async (client) => (await import('./sign.ts')).signDigest(client, name, version, algorithm, digest)),
  };
}

/** One session, and so one token, for all keys that one command opens in a vault. */
const sessions = new WeakMap<Settings, Map<string, Promise<Session>>>();

function sessionFor(id: AzureKeyId, context: KeyContext): Promise<Session> {
  const known = sessions.get(context.settings) ?? new Map<string, Promise<Session>>();
  sessions.set(context.settings, known);
  const session = known.get(id.origin) ?? openSession(id, context);
  known.set(id.origin, session);
  return session;
}

/** The connections are made while the SDK is loading. */
async function openSession(id: AzureKeyId, context: KeyContext): Promise<Session> {
  const authority = authorityAhead(context, cloudOf(id.hostname)?.authority);
  if (authority !== undefined && URL.canParse(authority)) context.http.warm(authority);
  context.http.warm(id.origin);
  return (await import('./session.ts')).openSession(id, context);
}
