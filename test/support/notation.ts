// The real notation and oras, each test in an environment of its own.
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openPeer } from './peers.ts';
import { start } from './process.ts';

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A plugin as notation finds it: `libexec` is what NOTATION_LIBEXEC says. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly libexec: string;
}

export interface Notation {
  /** Folder of this environment, removed with its suite's. */
  readonly folder: string;
  /** notation's own configuration folder in it: signingkeys.json, trustpolicy.json, truststore/. */
  readonly config: string;
  run(arguments_: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Result>;
}

interface Trust {
  /** Certificate files for the trust store. */
  readonly roots: readonly string[];
  /** Trusted identities of the policy; all of them when absent. */
  readonly identities?: readonly string[];
}

/** A temporary folder for one suite. */
export function openFolder(): string {
  return mkdtempSync(join(tmpdir(), 'interop-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The executable under test: `dist/notation-ts-kms`, or what NOTATION_TS_KMS_EXECUTABLE names (the Node executable, another plugin). */
export function executableUnderTest(): string {
  const named = process.env['NOTATION_TS_KMS_EXECUTABLE'];
  const path = named === undefined ? join(import.meta.dirname, '../../dist/notation-ts-kms') : resolve(named);
  if (!existsSync(path)) throw new Error(`no executable at ${path}: run npm run build`);
  return path;
}

/** Puts a plugin where notation looks for it, under the name that it gives itself. */
export async function installPlugin(executable: string, libexec: string): Promise<InstalledPlugin> {
  const { name, version } = await metadataOf(executable);
  const folder = join(libexec, 'plugins', name);
  mkdirSync(folder, { recursive: true });
  place(executable, join(folder, `notation-${name}`));
  return { name, version, libexec };
}

async function metadataOf(executable: string): Promise<{ readonly name: string; readonly version: string }> {
  const { code, stdout, stderr } = await runProgram(executable, ['get-plugin-metadata'], { PATH: process.env['PATH'] }, '{}');
  if (code !== 0) throw new Error(`${executable}: get-plugin-metadata failed: ${stderr}`);
  return JSON.parse(stdout);
}

// A link where the file systems allow it: the executable has more than a hundred megabytes.
function place(executable: string, destination: string): void {
  try {
    linkSync(executable, destination);
  } catch {
    copyFileSync(executable, destination);
    chmodSync(destination, 0o755);
  }
}

/** A private home for notation under `parent`, with the trust that it verifies by, at level strict. */
export function openNotation(parent: string, plugin: InstalledPlugin, trust: Trust): Notation {
  const folder = mkdtempSync(join(parent, 'home-'));
  const config = join(folder, 'config', 'notation');
  writeTrust(config, trust);
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    DOCKER_CONFIG: join(folder, 'docker'),
    NOTATION_LIBEXEC: plugin.libexec,
  };
  return { folder, config, run: (arguments_, more = {}) => runProgram(openPeer('notation'), arguments_, { ...environment, ...more }) };
}

/** Writes the trust store and both policies, the one for artifacts and the one for blobs. */
function writeTrust(config: string, { roots, identities = ['*'] }: Trust): void {
  const store = join(config, 'truststore', 'x509', 'ca', 'interop');
  mkdirSync(store, { recursive: true });
  for (const [index, root] of roots.entries()) copyFileSync(root, join(store, `${index}.crt`));
  const statement = {
    name: 'interop',
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:interop'],
    trustedIdentities: identities,
  };
  writePolicy(join(config, 'trustpolicy.json'), { ...statement, registryScopes: ['*'] });
  writePolicy(join(config, 'trustpolicy.blob.json'), { ...statement, globalPolicy: true });
}

function writePolicy(path: string, statement: unknown): void {
  writeFileSync(path, JSON.stringify({ version: '1.0', trustPolicies: [statement] }), { mode: 0o600 });
}

/** Pushes an artifact of one small layer and returns its reference by digest. */
export async function pushArtifact(repository: string, content: string, folder: string): Promise<string> {
  const layer = join(mkdtempSync(join(folder, 'layer-')), 'hello.txt');
  writeFileSync(layer, content);
  const arguments_ = ['push', '--disable-path-validation', '--format', 'json', `${repository}:v1`, `${layer}:text/plain`];
  const { code, stdout, stderr } = await oras(arguments_, folder);
  if (code !== 0) throw new Error(`oras push failed: ${stderr}`);
  const pushed: { readonly digest: string } = JSON.parse(stdout);
  return `${repository}@${pushed.digest}`;
}

/** Runs oras with no credentials but those in `folder`. */
export async function oras(arguments_: readonly string[], folder: string): Promise<Result> {
  return runProgram(openPeer('oras'), arguments_, { PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: join(folder, 'docker') });
}

/** Runs a program to its end, with nothing in its environment but PATH and what is given. */
export async function runProgram(
  program: string,
  arguments_: readonly string[],
  environment: NodeJS.ProcessEnv,
  input = '',
): Promise<Result> {
  const { code, stdout, stderr } = await start([program, ...arguments_], { env: environment, input });
  return { code, stdout, stderr };
}
