// Key services on loopback: their wire, with real keys behind it, and whatever faults a test wants. They prove how we take faults;
// that we speak to a service rightly is for servers of other people to prove (test/interop).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsKey, awsRegion, awsService } from './clouds/aws.ts';
import { containerEnvironment, userEnvironment } from './clouds/aws-credentials.ts';
import { type AzureItem, azureService } from './clouds/azure.ts';
import { applicationEnvironment, identityService, managedEnvironment } from './clouds/azure-identity.ts';
import type { Fault } from './clouds/fault.ts';
import { type Network, openNetwork, type Reachable } from './clouds/network.ts';
import { type Asked, openServer } from './clouds/server.ts';

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

/** AWS KMS in one region, STS and a container's credentials, all at one address. */
export async function awsCloud({ keys, folder, faults, network = { way: 'plain' }, credentials = 'user' }: AwsWish): Promise<Cloud> {
  const service = awsService(keys);
  const kms = await openNetwork(network, service, faults);
  const local = await openServer({ service, ...(faults && { faults }) });
  const environment = {
    ...kms.environment,
    ...(credentials === 'container' && containerEnvironment(local.url)),
    ...((credentials === 'user' || credentials === 'role') && userEnvironment),
    AWS_REGION: awsRegion,
    AWS_ENDPOINT_URL_KMS: kms.origin,
    AWS_ENDPOINT_URL_STS: local.url,
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

/** A Key Vault, and a managed identity or an authority that lets its client in. */
export async function azureCloud(wish: AzureWish): Promise<Cloud> {
  const { items, folder, faults, network = { way: 'tls' }, credentials = 'managed identity' } = wish;
  const vault = await openNetwork(network, azureService(items), faults);
  const identity = await openServer({ service: identityService, ...(faults && { faults }) });
  const known = {
    'managed identity': { environment: managedEnvironment(identity.url), config: { credential_type: 'managedid' } },
    application: { environment: applicationEnvironment(vault.origin), config: { credential_type: 'environment' } },
    none: { environment: {}, config: { credential_type: 'environment' } },
  }[credentials];
  return {
    origin: vault.origin,
    environment: { ...vault.environment, ...known.environment, HOME: folder },
    config: { ...trust(vault, folder), ...known.config },
    asked: () => [...vault.asked, ...identity.asked],
    close: async () => void (await Promise.all([vault.close(), identity.close()])),
  };
}

/** The service's authority as the file that `ca_bundle` names. */
function trust({ authority }: Reachable, folder: string): Readonly<Record<string, string>> {
  if (authority === undefined) return {};
  const path = join(folder, 'authority.pem');
  writeFileSync(path, authority);
  return { ca_bundle: path };
}
