// MiniStack: an AWS of others, which checks signatures and evaluates IAM policies. Keys live in its memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type KeySpec as AwsKeySpec,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  GetPublicKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import type { KeySpec } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { type AwsCredentials, queryAws } from './aws-query.ts';
import { openPeer } from './peers.ts';
import { freePort, isOpen, startServer } from './server.ts';

export const region = 'us-east-1';
export const otherRegion = 'eu-west-1';
/** Whom MiniStack takes for the root user of the account. */
export const rootUser: AwsCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };
export const account = '000000000000';

export interface Ministack {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface MinistackWish {
  /** Whether signatures are checked and policies evaluated; without, everyone may do everything. */
  readonly auth: boolean;
  /** Paths of PEM files; plain HTTP without. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface AwsKey {
  readonly id: string;
  readonly arn: string;
}

/** The name that AWS KMS has for each key spec. */
export const awsSpecs: Readonly<Record<KeySpec, AwsKeySpec>> = {
  'RSA-2048': 'RSA_2048',
  'RSA-3072': 'RSA_3072',
  'RSA-4096': 'RSA_4096',
  'EC-256': 'ECC_NIST_P256',
  'EC-384': 'ECC_NIST_P384',
  'EC-521': 'ECC_NIST_P521',
};

export async function startMinistack({ auth, tls }: MinistackWish): Promise<Ministack> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'ministack-'));
  const place = { BIND_HOST: '127.0.0.1', GATEWAY_PORT: port, SERVICES: 'kms,sts,iam,imds', IOT_MTLS_ENABLED: '0', LOG_LEVEL: 'WARNING' };
  const secure = tls && { USE_SSL: '1', MINISTACK_SSL_CERT: tls.certificate, MINISTACK_SSL_KEY: tls.key };
  const server = await startServer({
    name: 'ministack',
    command: [openPeer('ministack')],
    environment: { ...place, ...secure, AUTH: String(auth), STATE_DIR: folder, TMPDIR: folder },
    stopsWithInput: false,
    ready: async () => ((await isOpen(port)) ? port : undefined),
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, stop };
}

/** A client of the root user in one region; `authority` is trusted for TLS besides the system's, in PEM. */
export function kmsClient({ endpoint }: { readonly endpoint: string }, { where = region, authority }: ClientWish = {}): KMSClient {
  const trust = authority !== undefined && { requestHandler: { httpsAgent: new Agent({ ca: authority }) } };
  return new KMSClient({ endpoint, region: where, credentials: rootUser, ...trust });
}

interface ClientWish {
  readonly where?: string;
  readonly authority?: string | undefined;
}

/** Makes a key to sign with, or what `wish` says. */
export async function createKey(kms: KMSClient, spec: AwsKeySpec, wish: Partial<CreateKeyCommandInput> = {}): Promise<AwsKey> {
  const { KeyMetadata: made } = await kms.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY', ...wish }));
  return { id: made?.KeyId ?? '', arn: made?.Arn ?? '' };
}

/** The key's SubjectPublicKeyInfo. */
export async function publicKeyInfoOf(kms: KMSClient, key: AwsKey): Promise<Der> {
  const { PublicKey: spki } = await kms.send(new GetPublicKeyCommand({ KeyId: key.id }));
  if (spki === undefined) throw new Error(`${key.arn}: no public key`);
  return spki;
}

/** Gives the key a name, `alias/NAME`. */
export async function nameKey(kms: KMSClient, key: AwsKey, alias: string): Promise<void> {
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: key.id }));
}

/** A policy document that allows these actions on everything. */
export function allowing(...actions: readonly string[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
}

/** Makes a user who may do what `policy` says, and an access key for it. */
export async function createUser(stack: Ministack, name: string, policy: string): Promise<AwsCredentials> {
  await iam(stack, 'CreateUser', { UserName: name });
  await iam(stack, 'PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: policy });
  const made = await iam(stack, 'CreateAccessKey', { UserName: name });
  return { accessKeyId: element(made, 'AccessKeyId'), secretAccessKey: element(made, 'SecretAccessKey') };
}

/** Makes a role that `trust` lets others assume and that may do what `policy` says. Answers its ARN. */
export async function createRole(stack: Ministack, name: string, trust: unknown, policy: string): Promise<string> {
  const statement = { Version: '2012-10-17', Statement: [trust] };
  const made = await iam(stack, 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(statement) });
  await iam(stack, 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: policy });
  return element(made, 'Arn');
}

function iam({ endpoint }: Ministack, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  return queryAws({ endpoint, service: 'iam', credentials: rootUser, action, parameters });
}

function element(xml: string, name: string): string {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  if (text === undefined) throw new Error(`no ${name} in ${xml}`);
  return text;
}
