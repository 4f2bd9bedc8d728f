// One key in one cloud, with its chain, and everything that a command needs to sign with it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import {
  type AwsWish,
  type AzureWish,
  awsCloud,
  azureCloud,
  type Cloud,
  type GcpWish,
  gcpCloud,
  type VaultWish,
  vaultCloud,
} from '../clouds.ts';
import { type Holder, keyOf, mintCa, mintChain, mintLeaf, validFrom } from '../pki.ts';
import { makeToken, pin } from '../softhsm.ts';
import type { AwsKey } from './aws.ts';
import type { AzureItem, AzureVersion, Secret } from './azure.ts';
import type { Fault } from './fault.ts';
import { type GcpVersion, gcpKey } from './gcp.ts';
import type { Network } from './network.ts';
import type { TransitItem } from './vault.ts';

/** Two of the plugin, and one of the tool. */
export type Command = 'describe-key' | 'generate-signature' | 'key describe';

/** A cloud, and the key of the test in it. */
export interface Scene extends Cloud {
  readonly keyId: string;
  readonly spec: KeySpec;
  /** The certificate that a signature must verify under. */
  readonly leaf: Holder;
}

/** What is special about a scene. */
export interface SceneWish {
  readonly spec?: KeySpec;
  readonly network?: Network;
  readonly awsCredentials?: AwsWish['credentials'];
  readonly azureCredentials?: AzureWish['credentials'];
  readonly gcpCredentials?: GcpWish['credentials'];
  /** What the credentials file holds, where that is special. */
  readonly gcpCredentialsFile?: string;
  readonly vaultCredentials?: VaultWish['credentials'];
  /** Where the certificates come from: a file with all of them, a file with all but the leaf, a secret beside the key, or nowhere. */
  readonly source?: 'cert_chain' | 'ca_certs' | 'secret' | 'none';
  readonly flaw?: ChainFlaw;
  readonly aws?: Partial<AwsKey>;
  readonly gcp?: Partial<GcpVersion>;
  readonly transit?: Partial<TransitItem>;
  /** The Transit key has a newer version than the one that the leaf is for. */
  readonly rotated?: true;
  /** The versions that the vault keeps, made of the honest one. */
  readonly versions?: (honest: AzureVersion) => readonly AzureVersion[] | Promise<readonly AzureVersion[]>;
  /** The vault's secret of the chain. */
  readonly secret?: (chain: readonly Holder[]) => Secret;
  /** The key id, of the service's origin and the honest version. */
  readonly keyId?: (origin: string, version: string) => string;
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files in the home folder, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export type ChainFlaw =
  | 'unordered'
  | 'with every certificate twice'
  | 'without its root'
  | 'with a stranger in it'
  | 'that is expired'
  | 'of another key';

export const awsKeyId = '12345678-1234-4234-8234-1234567890ab';
export const azureVersion = '0123456789abcdef0123456789abcdef';

/** Opens the scene in `folder`, which is its own. */
export async function openAws(wish: SceneWish, faults: readonly Fault[], folder: string): Promise<Scene> {
  const { spec = 'EC-256', source = 'cert_chain', flaw } = wish;
  place(wish.files, folder);
  const chain = await mintChain({ spec });
  const [leaf = missing()] = chain;
  const key: AwsKey = { id: awsKeyId, aliases: ['alias/release'], key: leaf.key, ...wish.aws };
  const { network, awsCredentials: credentials } = wish;
  const cloud = await awsCloud({ keys: [key], folder, faults, ...(network && { network }), ...(credentials && { credentials }) });
  const files = source === 'none' ? {} : { cert_chain: write(await spoil(chain, flaw, spec), folder) };
  const keyId = wish.keyId?.(cloud.origin, '') ?? `awskms:///${awsKeyId}`;
  return { ...cloud, ...more(cloud, wish, files), keyId, spec, leaf };
}

/** Opens the scene in `folder`, which is its own. */
export async function openAzure(wish: SceneWish, faults: readonly Fault[], folder: string): Promise<Scene> {
  const { spec = 'EC-256', source = 'ca_certs', flaw, secret } = wish;
  place(wish.files, folder);
  const chain = await mintChain({ spec });
  const [leaf = missing()] = chain;
  const shown = await spoil(chain, flaw, spec);
  const honest: AzureVersion = {
    version: azureVersion,
    key: leaf.key,
    ...(source !== 'none' && { certificate: leafOf(shown).certificate.der }),
    ...(secret && { secret: secret(shown) }),
  };
  const items: readonly AzureItem[] = [{ name: 'release', versions: (await wish.versions?.(honest)) ?? [honest] }];
  const { network, azureCredentials: credentials } = wish;
  const cloud = await azureCloud({ items, folder, faults, ...(network && { network }), ...(credentials && { credentials }) });
  const keyId = wish.keyId?.(cloud.origin, azureVersion) ?? `${cloud.origin.replace('https:', 'azurekms:')}/release`;
  return { ...cloud, ...more(cloud, wish, certificateConfig(source, shown, folder)), keyId, spec, leaf };
}

/** Opens the scene in `folder`, which is its own. */
export async function openGcp(wish: SceneWish, faults: readonly Fault[], folder: string): Promise<Scene> {
  const { spec = 'EC-256', source = 'cert_chain', flaw, network, gcpCredentials: credentials, gcpCredentialsFile: file } = wish;
  place(wish.files, folder);
  const chain = await mintChain({ spec });
  const [leaf = missing()] = chain;
  const versions: readonly GcpVersion[] = [{ version: '7', key: leaf.key, ...wish.gcp }];
  const cloud = await gcpCloud({ versions, folder, faults, ...(network && { network }), ...(credentials && { credentials }) });
  if (file !== undefined) writeFileSync(join(folder, 'credentials.json'), file);
  const files = source === 'cert_chain' ? { cert_chain: write(await spoil(chain, flaw, spec), folder) } : {};
  const keyId = wish.keyId?.(cloud.origin, '7') ?? `gcpkms://${gcpKey}/cryptoKeyVersions/7`;
  return { ...cloud, ...more(cloud, wish, files), keyId, spec, leaf };
}

/** Opens the scene in `folder`, which is its own. */
export async function openVault(wish: SceneWish, faults: readonly Fault[], folder: string): Promise<Scene> {
  const { spec = 'EC-256', source = 'cert_chain', flaw, network, vaultCredentials: credentials } = wish;
  place(wish.files, folder);
  const chain = await mintChain({ spec });
  const [leaf = missing()] = chain;
  const shown = await spoil(chain, flaw, spec);
  const item: TransitItem = {
    name: 'release',
    versions: wish.rotated ? [leaf.key, keyOf(spec, 'newer')] : [leaf.key],
    ...(source === 'secret' && { certificate: toPem(shown.map(({ certificate }) => certificate.der)) }),
    ...wish.transit,
  };
  const cloud = await vaultCloud({ keys: [item], folder, faults, ...(network && { network }), ...(credentials && { credentials }) });
  const files = source === 'cert_chain' ? { cert_chain: write(shown, folder) } : {};
  return { ...cloud, ...more(cloud, wish, files), keyId: wish.keyId?.(cloud.origin, '') ?? 'hashivault://release', spec, leaf };
}

/** Opens the scene in `folder`, which is its own: a token of SoftHSM, which no network leads to. */
export async function openToken(wish: SceneWish, _faults: readonly Fault[], folder: string): Promise<Scene> {
  const { spec = 'EC-256', source = 'cert_chain' } = wish;
  const chain = await mintChain({ spec });
  const [leaf = missing()] = chain;
  const token = makeToken(folder);
  token.importKey('release', '01', leaf.key);
  const cloud: Cloud = {
    origin: 'pkcs11:',
    environment: { ...token.environment, PIN: pin, HOME: folder },
    config: { pkcs11_module: token.module, pkcs11_addon: token.addon, pin_env: 'PIN' },
    asked: () => [],
    close: async () => undefined,
  };
  const files = source === 'cert_chain' ? { cert_chain: write(chain, folder) } : {};
  return { ...cloud, ...more(cloud, wish, files), keyId: 'pkcs11:token=notation;object=release', spec, leaf };
}

function more(
  cloud: Cloud,
  { config, environment }: SceneWish,
  files: Readonly<Record<string, string>>,
): Pick<Cloud, 'config' | 'environment'> {
  return { config: { ...cloud.config, ...files, ...config }, environment: { ...cloud.environment, ...environment } };
}

function certificateConfig(source: SceneWish['source'], chain: readonly Holder[], folder: string): Readonly<Record<string, string>> {
  if (source === 'cert_chain') return { cert_chain: write(chain, folder) };
  if (source === 'secret') return { cert_source: 'secret' };
  if (source !== 'ca_certs') return {};
  const leaf = leafOf(chain);
  const issuers = chain.filter((one) => one !== leaf);
  return { ca_certs: write(issuers, folder) };
}

function place(files: SceneWish['files'] = {}, home: string): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), content);
  }
}

function write(chain: readonly Holder[], folder: string): string {
  const path = join(folder, 'chain.pem');
  writeFileSync(path, toPem(chain.map(({ certificate }) => certificate.der)));
  return path;
}

/** A leaf is no CA; in the flawed chains it need not stand first. */
function leafOf(chain: readonly Holder[]): Holder {
  return chain.find(({ certificate }) => certificate.basicConstraints?.ca !== true) ?? missing();
}

async function spoil(chain: readonly Holder[], flaw: ChainFlaw | undefined, spec: KeySpec): Promise<readonly Holder[]> {
  switch (flaw) {
    case 'unordered':
      return chain.toReversed();
    case 'with every certificate twice':
      return chain.flatMap((one) => [one, one]);
    case 'without its root':
      return chain.slice(0, -1);
    case 'with a stranger in it':
      return [...chain, await mintCa('stranger', undefined)];
    case 'that is expired':
      return mintChain({ spec, changes: [{ notAfter: new Date(validFrom.getTime() + 86_400_000) }] });
    case 'of another key':
      return otherChain(spec);
    default:
      return chain;
  }
}

/** A chain of the same spec for a key that the cloud does not have. */
async function otherChain(spec: KeySpec): Promise<readonly Holder[]> {
  const root = await mintCa('root', undefined);
  const issuer = await mintCa('intermediate 1', root);
  return [await mintLeaf('other leaf', issuer, {}, spec), issuer, root];
}

function missing(): never {
  throw new Error('the chain has no leaf');
}
