// A Key Vault for one suite, with an application that may do everything in it, and how the plugin meets it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import { openProxy } from '../support/clouds/proxy.ts';
import { type KeyVault, keyPemOf, pemOf, startKeyVault, tenant, type VersionDraft } from '../support/key-vault.ts';
import type { Holder } from '../support/pki.ts';
import { type CloudSession, openCloudSession, type SignWish } from './cloud-session.ts';

export interface VaultSession {
  readonly session: CloudSession;
  readonly vault: KeyVault;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** May do everything. */
export const owner = { clientId: 'aaaaaaaa-0000-4000-8000-000000000001', secret: 'the-secret-of-the-owner' } as const;

export async function openVaultSession({ managedHsm = false }: { readonly managedHsm?: boolean } = {}): Promise<VaultSession> {
  const session = await openCloudSession();
  const vault = await startKeyVault({ folder: session.folder, managedHsm });
  await vault.addCaller(owner);
  return { session, vault, close: async () => void (await Promise.all([session.close(), vault.stop()])) };
}

/** An application with a client secret. */
export function applicationEnvironment({ host }: KeyVault, { clientId, secret }: typeof owner | Application = owner): Environment {
  return { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret, AZURE_AUTHORITY_HOST: `https://${host}` };
}

export interface Application {
  readonly clientId: string;
  readonly secret: string;
}

/** Signs as the owner, with the key of this name, and with the authority of the vault's TLS certificate in `ca_bundle`. */
export function at({ vault }: VaultSession, path: string, config: Environment = {}): SignWish {
  return {
    id: `https://${vault.host}/${path}`,
    config: { credential_type: 'environment', ca_bundle: vault.authority, ...config },
    environment: applicationEnvironment(vault),
  };
}

/** Runs `use` with the same wish for the vault's name in Azure's own domain, which a proxy leads to this vault. */
export async function inAzure<T>({ vault }: VaultSession, wish: SignWish, use: (wish: SignWish) => Promise<T>): Promise<T> {
  const proxy = await openProxy('open', vault.port, 'proxy-password');
  try {
    const id = wish.id.replace(vault.host, vault.hidden);
    return await use({ ...wish, id, environment: { ...wish.environment, HTTPS_PROXY: proxy.url } });
  } finally {
    await proxy.close();
  }
}

/** A version with a certificate. */
export function certified(name: string, holder: Holder): VersionDraft {
  return { name, pem: pemOf(holder) };
}

/** A version of a key alone. */
export function bare(name: string, holder: Pick<Holder, 'key'>): VersionDraft {
  return { name, pem: keyPemOf(holder) };
}

/** The secret of a certificate as PEM: private key and whole chain. */
export function pemSecret(chain: readonly [Holder, ...Holder[]]): NonNullable<VersionDraft['secret']> {
  return { contentType: 'application/x-pem-file', value: keyPemOf(chain[0]) + toPem(chain.map(({ certificate }) => certificate.der)) };
}

/** The same as PKCS#12, encrypted as Key Vault does it, with an empty passphrase. */
export function pkcs12Secret(session: CloudSession, chain: readonly [Holder, ...Holder[]]): NonNullable<VersionDraft['secret']> {
  const path = join(mkdtempSync(join(session.folder, 'pkcs12-')), 'whole.pem');
  writeFileSync(path, pemSecret(chain).value, { mode: 0o600 });
  const how = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-passout', 'pass:'];
  const file = execFileSync('openssl', ['pkcs12', '-export', '-in', path, ...how], { stdio: 'pipe' });
  return { contentType: 'application/x-pkcs12', value: file.toString('base64') };
}
