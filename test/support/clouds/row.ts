// What a row of the fault matrix is, and the places where faults strike.
import type { ContractErrorCode } from '../../../src/protocol/error.ts';
import { toPemSecret } from './azure-secret.ts';
import type { Act } from './fault.ts';
import { type Command, openAws, openAzure, openGcp, openToken, openVault, type SceneWish } from './scene.ts';

/** Where a fault strikes: while a command of one cloud waits for one operation. */
export interface Stage {
  readonly cloud: 'aws' | 'azure' | 'gcp' | 'vault' | 'pkcs11';
  readonly command: Command;
  readonly operation: string;
  readonly scene: SceneWish;
  readonly open: typeof openAws;
  /** The SDK reads these credentials from its own process, so that only a process can have them. */
  readonly alone?: true;
  /** The SDK gives each of its own requests a second, whatever the deadline, which may be too short on a slow machine. */
  readonly hasty?: true;
}

export type StageName = keyof typeof stages;

const versioned = { source: 'cert_chain', keyId: (origin: string, version: string) => `${origin}/keys/release/${version}` } as const;
const aws = { cloud: 'aws', open: openAws } as const;
const azure = { cloud: 'azure', open: openAzure } as const;
const gcp = { cloud: 'gcp', open: openGcp } as const;
const token = { cloud: 'pkcs11', open: openToken } as const;
const vault = { cloud: 'vault', open: openVault } as const;

export const stages = {
  'aws describe': { ...aws, command: 'describe-key', operation: 'GetPublicKey', scene: { source: 'none' } },
  'aws sign': { ...aws, command: 'generate-signature', operation: 'Sign', scene: {} },
  'aws role': { ...aws, command: 'generate-signature', operation: 'AssumeRole', scene: { awsCredentials: 'role' }, alone: true },
  'aws container': {
    ...aws,
    command: 'generate-signature',
    operation: 'Credentials',
    scene: { awsCredentials: 'container' },
    alone: true,
    hasty: true,
  },
  'aws tool': { ...aws, command: 'key describe', operation: 'DescribeKey', scene: { source: 'none' } },
  'azure describe': { ...azure, command: 'describe-key', operation: 'get-certificate', scene: {} },
  'azure token': { ...azure, command: 'generate-signature', operation: 'token', scene: versioned },
  'azure certificate': { ...azure, command: 'generate-signature', operation: 'get-certificate', scene: {} },
  'azure secret': { ...azure, command: 'generate-signature', operation: 'get-secret', scene: { source: 'secret', secret: toPemSecret } },
  'azure sign': { ...azure, command: 'generate-signature', operation: 'sign', scene: versioned },
  'azure tool': { ...azure, command: 'key describe', operation: 'get-key', scene: { source: 'none' } },
  'gcp describe': { ...gcp, command: 'describe-key', operation: 'getPublicKey', scene: { source: 'none' } },
  'gcp token': { ...gcp, command: 'generate-signature', operation: 'token', scene: { gcpCredentials: 'federation' } },
  'gcp user': { ...gcp, command: 'generate-signature', operation: 'token', scene: { gcpCredentials: 'user' } },
  'gcp metadata': { ...gcp, command: 'generate-signature', operation: 'metadata', scene: { gcpCredentials: 'machine' } },
  'gcp impersonation': {
    ...gcp,
    command: 'generate-signature',
    operation: 'generateAccessToken',
    scene: { gcpCredentials: 'impersonation' },
  },
  'gcp sign': { ...gcp, command: 'generate-signature', operation: 'asymmetricSign', scene: {} },
  'gcp tool': { ...gcp, command: 'key describe', operation: 'getVersion', scene: { source: 'none' } },
  'vault describe': { ...vault, command: 'describe-key', operation: 'read-key', scene: { source: 'none' } },
  'vault login': { ...vault, command: 'generate-signature', operation: 'login', scene: { vaultCredentials: 'approle' } },
  'vault chain': { ...vault, command: 'generate-signature', operation: 'read-secret', scene: { source: 'secret' } },
  'vault sign': { ...vault, command: 'generate-signature', operation: 'sign', scene: {} },
  'vault tool': { ...vault, command: 'key describe', operation: 'read-key', scene: { source: 'none' } },
  'pkcs11 describe': { ...token, command: 'describe-key', operation: 'the module', scene: { source: 'none' } },
  'pkcs11 sign': { ...token, command: 'generate-signature', operation: 'the module', scene: {} },
  'pkcs11 tool': { ...token, command: 'key describe', operation: 'the module', scene: { source: 'none' } },
} as const satisfies Readonly<Record<string, Stage>>;

export type Outcome = 'success' | ContractErrorCode;

export interface Expected {
  /** One of these. */
  readonly outcome: Outcome | readonly Outcome[];
  /** What the message must hold. */
  readonly says?: readonly RegExp[];
  /** Values that errorMetadata must hold: the provider's own code, its request id. */
  readonly metadata?: readonly string[];
  /** errorMetadata tells that the same request may succeed later. */
  readonly retryable?: true;
  /** The operation's second request came this many milliseconds after the first, or more. */
  readonly pauseMs?: number;
  /** The operation was asked for this often. */
  readonly times?: number;
  /** Everything that the key service was asked, in order; how tokens are had is left out. */
  readonly asks?: readonly string[];
}

export interface Row {
  readonly name: string;
  readonly at: readonly StageName[];
  /** What the server does at the stage's operation; other rows are wrong from the beginning, by their scene. */
  readonly act?: Act;
  readonly times?: number;
  /** Another operation that it strikes. */
  readonly on?: string;
  readonly scene?: SceneWish;
  readonly expected: Expected;
  /** Where it must end otherwise. */
  readonly otherwise?: Partial<Readonly<Record<StageName, Expected>>>;
  /** The option `timeout`, in seconds; long unless said. Where it is short, the cell is tried again with a longer one if the machine is too slow. */
  readonly seconds?: number;
  /** Stages at which whole processes prove it too: runtimes differ in what their networks say. */
  readonly processes?: readonly StageName[];
  /** In processes of its own only. */
  readonly alone?: true;
}
