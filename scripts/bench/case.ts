// What is measured: protocol commands of each form of our plugin and of a Go plugin, and whole runs of `notation sign`.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ec256, type KeyPair, makeAuthority, makeKey, rsa2048 } from '../../test/interop/pki.ts';
import { installPlugin, pushArtifact } from '../../test/support/notation.ts';
import { needs, openPeer } from '../../test/support/peers.ts';
import { startRegistry } from '../../test/support/registry.ts';
import type { Command } from './measure.ts';

export interface Case {
  readonly name: string;
  /** The command that the others are compared with. */
  readonly base: string;
  readonly commands: readonly Command[];
}

/** One form that our program is delivered in, or the Go plugin. */
export interface Variant {
  readonly name: string;
  readonly argv: readonly string[];
}

export const goVariant = 'Go plugin';
export const shippedVariant = 'executable (Bun)';
export const builtInVariant = 'built-in key';

const root = join(import.meta.dirname, '../..');

/** The variants that are built. */
export function variants(): readonly Variant[] {
  const built = [
    { name: shippedVariant, argv: [join(root, 'dist/notation-ts-kms')] },
    { name: 'executable (Node)', argv: [join(root, 'dist/pkg/notation-ts-kms')] },
    { name: 'npm package', argv: [join(root, 'node_modules/node/bin/node'), join(root, 'dist/npm/main.js')] },
  ];
  return [...built.filter(({ argv }) => argv.every((path) => existsSync(path))), { name: goVariant, argv: [openPeer('bench-aws-plugin')] }];
}

/** The protocol commands, one process each. */
export function protocolCases(folder: string): readonly Case[] {
  const authority = makeAuthority(folder, 'authority');
  const rsa = makeKey(authority, rsa2048);
  const ec = makeKey(authority, ec256);
  return [
    protocolCase('get-plugin-metadata', 'get-plugin-metadata', {}, folder),
    protocolCase('describe-key, RSA-2048', 'describe-key', requestFor(rsa), folder),
    protocolCase('generate-signature, RSA-2048', 'generate-signature', signRequest(rsa, 'RSA-2048'), folder),
    protocolCase('generate-signature, EC-256', 'generate-signature', signRequest(ec, 'EC-256'), folder),
  ];
}

function protocolCase(name: string, command: string, request: unknown, home: string): Case {
  const stdin = JSON.stringify(request);
  const commands = variants().map((variant) => ({
    name: variant.name,
    argv: [...variant.argv, command],
    stdin,
    env: cleanEnvironment(home),
  }));
  return { name, base: goVariant, commands };
}

function requestFor(pair: KeyPair): Readonly<Record<string, unknown>> {
  return { contractVersion: '1.0', keyId: pair.key, pluginConfig: { cert_chain: pair.chain } };
}

function signRequest(pair: KeyPair, keySpec: string): unknown {
  const payload = Buffer.from('what is signed is about as long as this in a JWS envelope: '.repeat(8)).toString('base64');
  return { ...requestFor(pair), keySpec, hashAlgorithm: 'SHA-256', payload };
}

export interface HostCase {
  readonly case: Case;
  close(): Promise<void>;
}

/** Why whole runs of notation cannot be measured here; undefined where they can. */
export function hostCaseAbsence(): string | undefined {
  return needs('notation', 'oras', 'ocireg').skip;
}

/** `notation sign` with a plugin against `notation sign` with the same key built in. */
export async function openHostCase(folder: string): Promise<HostCase> {
  const pair = makeKey(makeAuthority(folder, 'host'), rsa2048);
  const registry = await startRegistry('ocireg');
  const reference = await pushArtifact(`${registry.host}/bench`, 'bench', folder);
  const installable = variants().filter(({ argv }) => argv.length === 1);
  const plugins = await Promise.all(installable.map((variant) => pluginCommand(folder, variant, pair, reference)));
  const commands = [builtInCommand(folder, pair, reference), ...plugins];
  return { case: { name: 'notation sign, RSA-2048', base: builtInVariant, commands }, close: () => registry.stop() };
}

function builtInCommand(folder: string, pair: KeyPair, reference: string): Command {
  const home = makeHome(folder, 'built-in');
  const keys = { keys: [{ name: 'bench', keyPath: pair.key, certPath: pair.chain }] };
  writeFileSync(join(configOf(home), 'signingkeys.json'), JSON.stringify(keys), { mode: 0o600 });
  return signCommand(builtInVariant, home, ['--key', 'bench'], reference);
}

async function pluginCommand(folder: string, variant: Variant, pair: KeyPair, reference: string): Promise<Command> {
  const home = makeHome(folder, variant.name.replaceAll(/\W/g, '-'));
  const plugin = await installPlugin(variant.argv.join(), configOf(home));
  const options = ['--plugin', plugin.name, '--id', pair.key, '--plugin-config', `cert_chain=${pair.chain}`];
  return signCommand(variant.name, home, options, reference);
}

// Without the referrers tag, whose index grows with every signature: each run has the same work to do.
function signCommand(name: string, home: string, options: readonly string[], reference: string): Command {
  const argv = [openPeer('notation'), 'sign', '--force-referrers-tag=false', ...options, reference];
  return { name, argv, stdin: '', env: cleanEnvironment(home) };
}

function makeHome(folder: string, name: string): string {
  const home = join(folder, `home-${name}`);
  mkdirSync(configOf(home), { recursive: true });
  return home;
}

function configOf(home: string): string {
  return join(home, '.config', 'notation');
}

function cleanEnvironment(home: string): readonly string[] {
  return [`PATH=${process.env['PATH'] ?? ''}`, `HOME=${home}`];
}
