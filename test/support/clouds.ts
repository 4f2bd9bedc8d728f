// Key services on loopback: their wire, with real keys behind it, and whatever faults a test wants. They prove how we take faults;
// that we speak to a service rightly is for servers of other people to prove (test/interop).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsKey, awsRegion, awsService } from './clouds/aws.ts';
import { containerEnvironment, userEnvironment } from './clouds/aws-credentials.ts';
import { type AzureItem, azureService } from './clouds/azure.ts';
import { applicationEnvironment, identityService, managedEnvironment } from './clouds/azure-identity.ts';
import type { Fault } from './clouds/fault.ts';
import { type GcpVersion, gcpService } from './clouds/gcp.ts';
import { type GcpCredentials, gcpIdentity } from './clouds/gcp-identity.ts';
import { type Network, openNetwork, type Reachable } from './clouds/network.ts';
import { secrets } from './clouds/secret.ts';
import type { Asked } from './clouds/server.ts';
import { type TransitItem, vaultRoleId, vaultService } from './clouds/vault.ts';

/** A cloud, and what a client of it needs. */
export interface Cloud {
  readonly origin: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Plugin config. */
  readonly config: Readonly<Record<string, string>>;
  /** Requests as they came, those for credentials too. */
  readonly asked: () => readonly Asked[];
  close(): Promise<void>;
}

interface CloudWish {
  /** Folder for the files that a client needs. */
  readonly folder: string;
  readonly faults?: readonly Fault[];
  readonly network?: Network;
}

export interface AwsWish extends CloudWish {
  readonly keys: readonly AwsKey[];
  /** Where the client's credentials come from. */
  readonly credentials?: 'user' | 'container' | 'role' | 'none';
}

export interface AzureWish extends CloudWish {
  readonly items: readonly AzureItem[];
  readonly credentials?: 'managed identity' | 'application' | 'none';
}

export interface GcpWish extends CloudWish {
  /** Of the key `app`. */
  readonly versions: readonly GcpVersion[];
  /** Versions of others, by the names of their keys. */
  readonly keys?: Readonly<Record<string, readonly GcpVersion[]>>;
  readonly credentials?: GcpCredentials;
}

export interface VaultWish extends CloudWish {
  readonly keys: readonly TransitItem[];
  readonly credentials?: 'token' | 'approle';
}

/** AWS KMS in one region, STS and a container's credentials, all at one address. */
export async function awsCloud({ keys, folder, faults, network = { way: 'plain' }, credentials = 'user' }: AwsWish): Promise<Cloud> {
  const service = awsService(keys);
  const kms = await openNetwork(network, service, faults);
  const local = await openNetwork({ way: 'plain' }, service, faults);
  const environment = {
    ...kms.environment,
    ...(credentials === 'container' && containerEnvironment(local.origin)),
    ...((credentials === 'user' || credentials === 'role') && userEnvironment),
    AWS_REGION: awsRegion,
    AWS_ENDPOINT_URL_KMS: kms.origin,
    AWS_ENDPOINT_URL_STS: local.origin,
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: folder,
  };
  const role = credentials === 'role' ? { aws_role_arn: 'arn:aws:iam::111122223333:role/signer' } : {};
  return {
    origin: kms.origin,
    environment,
    config: { ...trust(kms, folder), ...role },
    asked: () => [...kms.asked, ...local.asked],
    close: async () => void (await Promise.all([kms.close(), local.close()])),
  };
}

/**
 * A Key Vault, and who gives out tokens for it: a managed identity in its App Service form, or an authority of its own for a client secret.
 * The variables of a client secret are put into this process too, because the SDK reads those of its process; they are the same for every cloud.
 */
export async function azureCloud(wish: AzureWish): Promise<Cloud> {
  const { items, folder, faults, network = { way: 'tls' }, credentials = 'managed identity' } = wish;
  const vault = await openNetwork(network, azureService(items), faults);
  const identity = await openIdentity(credentials, faults);
  const distrusted = network.way === 'tls' && network.trusted === false;
  const trusted = distrusted ? {} : trust({ authority: vault.authority ?? identity.authority }, folder);
  return {
    origin: vault.origin,
    environment: { ...vault.environment, ...identity.environment, HOME: folder },
    config: { ...trusted, ...identity.config },
    asked: () => [...vault.asked, ...identity.asked],
    close: async () => void (await Promise.all([vault.close(), identity.close()])),
  };
}

/** Cloud KMS, and what gives out tokens for it, each at an address of its own. */
export async function gcpCloud(wish: GcpWish): Promise<Cloud> {
  const { versions, keys, folder, faults, network = { way: 'plain' }, credentials = 'account' } = wish;
  const service = gcpService(versions, keys);
  const kms = await openNetwork(network, service, faults);
  const local = await openNetwork({ way: 'plain' }, service, faults);
  const identity = gcpIdentity(credentials, local.origin, folder);
  return {
    origin: kms.origin,
    environment: { ...kms.environment, ...identity.environment, CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: kms.origin, HOME: folder },
    config: { ...trust(kms, folder), ...identity.config },
    asked: () => [...kms.asked, ...local.asked],
    close: async () => void (await Promise.all([kms.close(), local.close()])),
  };
}

/** Vault with its Transit and KV engines, at one address. */
export async function vaultCloud({ keys, folder, faults, network = { way: 'plain' }, credentials = 'token' }: VaultWish): Promise<Cloud> {
  const vault = await openNetwork(network, vaultService(keys), faults);
  const login = { VAULT_ROLE_ID: vaultRoleId, VAULT_SECRET_ID: secrets.vaultSecretId };
  return {
    origin: vault.origin,
    environment: {
      ...vault.environment,
      ...(credentials === 'token' ? { VAULT_TOKEN: secrets.vaultToken } : login),
      VAULT_ADDR: vault.origin,
      HOME: folder,
    },
    config: { ...trust(vault, folder), ...(credentials === 'approle' && { vault_auth: 'approle' }) },
    asked: () => vault.asked,
    close: () => vault.close(),
  };
}

async function openIdentity(credentials: AzureWish['credentials'], faults?: readonly Fault[]) {
  if (credentials === 'application') {
    Object.assign(process.env, applicationEnvironment);
    const authority = await openNetwork({ way: 'tls' }, azureService([]), faults);
    return {
      ...authority,
      environment: applicationEnvironment,
      config: { credential_type: 'environment', authority_host: authority.origin },
    };
  }
  const managed = await openNetwork({ way: 'plain' }, identityService, faults);
  if (credentials === 'none') return { ...managed, config: { credential_type: 'environment' } };
  return { ...managed, environment: managedEnvironment(managed.origin), config: { credential_type: 'managedid' } };
}

/** The service's authority as the file that `ca_bundle` names. */
function trust({ authority }: Pick<Reachable, 'authority'>, folder: string): Readonly<Record<string, string>> {
  if (authority === undefined) return {};
  const path = join(folder, 'authority.pem');
  writeFileSync(path, authority);
  return { ca_bundle: path };
}
