// What is measured: commands that do the same, one process each.
import type { Peer } from '../../test/support/peers.ts';
import type { Variant } from './variant.ts';

export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  /** The whole environment: `NAME=value`. */
  readonly env: readonly string[];
}

export interface Case {
  readonly name: string;
  /** The command that the others are compared with. */
  readonly base: string;
  readonly commands: readonly Command[];
  /** Present where the commands ask somebody. */
  readonly traffic?: Traffic;
  /** In place of the usual number of rounds. */
  readonly rounds?: number;
  /** In place of the usual number of rounds that are not counted. */
  readonly warmUps?: number;
  /** Host names that mean this machine while the commands run. */
  readonly hosts?: readonly string[];
}

/** What the commands ask over the network. */
export interface Traffic {
  /** The same commands, led past whoever counts. */
  readonly commands: readonly Command[];
  forget(): Promise<void>;
  /** HTTP requests since `forget`. */
  count(): Promise<number>;
}

/** Cases that share servers. */
export interface Suite {
  readonly title: string;
  /** Without them it is not measured. */
  readonly peers: readonly Peer[];
  open(folder: string): Promise<OpenSuite>;
}

export interface OpenSuite {
  readonly cases: readonly Case[];
  close(): Promise<void>;
}

export type Environment = Readonly<Record<string, string>>;

/** One command of the plugin protocol, as a host sends it. */
export interface ProtocolWish {
  readonly command: string;
  readonly request: unknown;
  readonly home: string;
  readonly environment?: Environment;
}

export function protocolCommands(variants: readonly Variant[], wish: ProtocolWish): readonly Command[] {
  const { command, request, home, environment } = wish;
  const rest = { stdin: JSON.stringify(request), env: cleanEnvironment(home, environment) };
  return variants.map(({ name, argv }) => ({ name, argv: [...argv, command], ...rest }));
}

/** A `generate-signature` request for a payload as JWS envelopes have it. */
export function signRequest(keyId: string, keySpec: 'RSA-2048' | 'EC-256', pluginConfig: Environment): unknown {
  const payload = Buffer.from('what is signed is about as long as this in a JWS envelope: '.repeat(8)).toString('base64');
  return { contractVersion: '1.0', keyId, pluginConfig, keySpec, hashAlgorithm: 'SHA-256', payload };
}

/** PATH, HOME and `more`, as a process takes them. */
export function cleanEnvironment(home: string, more: Environment = {}): readonly string[] {
  return Object.entries({ PATH: process.env['PATH'] ?? '', HOME: home, ...more }).map(([name, value]) => `${name}=${value}`);
}
