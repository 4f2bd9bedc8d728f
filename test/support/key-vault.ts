// The Key Vault server of scripts/peers.d/akv: Microsoft's own routes and models, with real keys behind them.
import type { JsonWebKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { toPem } from '../../src/x509/bundle.ts';
import { hiddenHosts, mintIdentity } from './clouds/tls.ts';
import { openPeer } from './peers.ts';
import type { Holder } from './pki.ts';
import { startServer } from './server.ts';

export const tenant = '12345678-1234-1234-1234-123456789012';
/** What App Service would give to its applications. */
export const appServiceHeader = 'akv-identity-header';

export interface KeyVault {
  /** `localhost:PORT`, over TLS: the vault and the Microsoft Entra authority. */
  readonly host: string;
  readonly port: number;
  /** Its name in Azure's own domain, which only a proxy finds. */
  readonly hidden: string;
  /** `http://127.0.0.1:PORT`: the instance metadata service and App Service. */
  readonly identity: string;
  /** File with the authority behind the server's TLS certificate. */
  readonly authority: string;
  /** Answers the new version's id. */
  addVersion(draft: VersionDraft): Promise<string>;
  addCaller(draft: CallerDraft): Promise<void>;
  throttle(wish: ThrottleWish): Promise<void>;
  /** The requests since `forgetRequests`, in the order of their answers. */
  requests(): Promise<readonly VaultRequest[]>;
  forgetRequests(): Promise<void>;
  /** Every token that was given out. */
  tokens(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface VersionDraft {
  readonly name: string;
  /** Private key in PKCS#8 and, for a version with a certificate, the leaf. */
  readonly pem?: string;
  /** In place of a private key: a public key of a kind that the server cannot sign with. */
  readonly jwk?: JsonWebKey;
  readonly keyOps?: readonly string[];
  readonly secret?: { readonly contentType: 'application/x-pem-file' | 'application/x-pkcs12'; readonly value: string };
  readonly enabled?: boolean;
  readonly notBefore?: Date;
  readonly expires?: Date;
  /** Becomes the newest version only when so many more requests have been answered. */
  readonly afterRequests?: number;
}

export interface CallerDraft {
  /** The system-assigned managed identity when empty. */
  readonly clientId: string;
  readonly secret?: string;
  readonly assertion?: string;
  readonly managed?: boolean;
  /** All when absent. */
  readonly permissions?: readonly Permission[];
  /** What denies the rest, or everything. */
  readonly model?: 'rbac' | 'policy' | 'firewall';
}

export type Permission = 'keys/get' | 'keys/list' | 'keys/sign' | 'certificates/get' | 'secrets/get';

export interface ThrottleWish {
  /** -1: all that come. */
  readonly times: number;
  readonly retryAfter?: string;
  /** End of the paths that it is for. */
  readonly suffix?: string;
}

export interface VaultRequest {
  readonly service: 'vault' | 'entra' | 'identity';
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestId: string;
}

interface KeyVaultWish {
  readonly folder: string;
  readonly managedHsm?: boolean;
}

/** Starts an empty vault, whose TLS certificate and its authority lie in `folder`. */
export async function startKeyVault({ folder, managedHsm = false }: KeyVaultWish): Promise<KeyVault> {
  const tls = await writeIdentity(folder);
  const hsm = managedHsm ? ['-managed-hsm'] : [];
  const { answer, stop } = await startServer({
    name: 'akv',
    command: [openPeer('akv'), '-stdin', '-cert', tls.certificate, '-key', tls.key, ...hsm],
    stopsWithInput: true,
    ready: async (said) => /listening on .*:(\d+)\nidentity on (.*)\n/.exec(said) ?? undefined,
  });
  const [, port, identity] = answer;
  const host = `localhost:${port}`;
  const control = <T>(method: string, path: string, body?: unknown) => send<T>(`https://${host}/_test/${path}`, method, tls.pem, body);
  return {
    host,
    port: Number(port),
    hidden: managedHsm ? hiddenHosts.hsm : hiddenHosts.azure,
    identity: `http://${identity}`,
    authority: tls.authority,
    addVersion: async (draft) => (await control<{ readonly version: string }>('POST', 'versions', draft)).version,
    addCaller: (draft) => control('POST', 'callers', draft),
    throttle: (wish) => control('POST', 'throttle', wish),
    requests: () => control('GET', 'requests'),
    forgetRequests: () => control('DELETE', 'requests'),
    tokens: () => control('GET', 'tokens'),
    stop,
  };
}

/** A version's PEM: the private key and the leaf certificate. */
export function pemOf({ key, certificate }: Holder): string {
  return `${keyPemOf({ key })}${toPem([certificate.der])}`;
}

/** A version's PEM where there is no certificate. */
export function keyPemOf({ key }: Pick<Holder, 'key'>): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function writeIdentity(folder: string) {
  const { key, cert, authority: pem } = await mintIdentity();
  const paths = { certificate: join(folder, 'vault.crt'), key: join(folder, 'vault.key'), authority: join(folder, 'vault-ca.crt') };
  writeFileSync(paths.certificate, cert);
  writeFileSync(paths.key, key, { mode: 0o600 });
  writeFileSync(paths.authority, pem);
  return { ...paths, pem };
}

async function send<T>(url: string, method: string, ca: string, body: unknown): Promise<T> {
  const said = await new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const asked = request(url, { method, ca }, (response) => {
      text(response).then((whole) => resolve({ status: response.statusCode ?? 0, body: whole }), reject);
    });
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
  if (said.status >= 300) throw new Error(`${method} ${url}: ${said.status} ${said.body}`);
  return said.body === '' ? (undefined as T) : JSON.parse(said.body);
}
