// A plugin that nobody here wrote the contract of, under the real notation and under the tool: one home, one plugin folder, two hosts.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeImage } from '../support/layout.ts';
import {
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  type Result,
  removeFolder,
} from '../support/notation.ts';
import { openPeer } from '../support/peers.ts';
import { type Authority, ec256, type KeyPair, makeAuthority, makeKey, rsa2048 } from './pki.ts';
import { pluginConfig } from './session.ts';
import { runTool } from './tool-session.ts';

export type Options = Readonly<Record<string, string>>;

/** One of the hosts: notation, or the tool. */
export interface HostProgram {
  readonly name: 'notation' | 'the tool';
  readonly run: (words: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<Result>;
}

export interface Hosts {
  readonly folder: string;
  readonly authority: Authority;
  readonly ec: KeyPair;
  readonly rsa: KeyPair;
  readonly home: Notation;
  readonly plugin: InstalledPlugin;
  readonly notation: HostProgram;
  readonly tool: HostProgram;
  /** A new artifact in a layout of its own: `layout@digest`. */
  artifact(): string;
  close(): void;
}

/** Installs the plugin beside keys, and a trust policy of level strict that trusts them. */
export async function openHosts(): Promise<Hosts> {
  const folder = openFolder();
  const authority = makeAuthority(folder, 'authority');
  const plugin = await installPlugin(openPeer('framework-plugin'), folder);
  const home = openNotation(folder, plugin, { roots: [authority.certificate] });
  const environment = { NOTATION_EXPERIMENTAL: '1', NOTATION_LIBEXEC: plugin.libexec };
  return {
    folder,
    authority,
    ec: makeKey(authority, ec256),
    rsa: makeKey(authority, rsa2048),
    home,
    plugin,
    notation: { name: 'notation', run: (words, more = {}) => home.run(words, { ...environment, ...more }) },
    tool: { name: 'the tool', run: (words, more = {}) => runTool(home, words, { ...environment, ...more }) },
    artifact: () => {
      const { layout, image } = makeImage(join(mkdtempSync(join(folder, 'of-')), 'layout'));
      return `${layout}@${image.digest}`;
    },
    close: () => removeFolder(folder),
  };
}

/** `sign` of an artifact in a layout, with a key of the plugin. */
export function signWords(
  { plugin }: Hosts,
  { key }: KeyPair,
  options: Options,
  more: readonly string[],
  reference: string,
): readonly string[] {
  return ['sign', '--oci-layout', '--plugin', plugin.name, '--id', key, ...pluginConfig(options), ...more, reference];
}

/** `verify` of an artifact in a layout. */
export function verifyWords(options: Options, reference: string, ...more: readonly string[]): readonly string[] {
  return ['verify', '--oci-layout', '--scope', 'layout.test/artifact', ...pluginConfig(options), ...more, reference];
}

/** The requests that the plugin gets while `work` runs, by command. */
export async function requestsOf(folder: string, work: (environment: NodeJS.ProcessEnv) => Promise<Result>) {
  const record = mkdtempSync(join(folder, 'record-'));
  const result = await work({ FRAMEWORK_PLUGIN_RECORD: record });
  const request = (command: string): Readonly<Record<string, unknown>> => JSON.parse(readFileSync(join(record, `${command}.json`), 'utf8'));
  return { result, request };
}

/** Changes the one statement of the home's trust policy. */
export function setPolicy({ home }: Hosts, change: object): void {
  const path = join(home.config, 'trustpolicy.json');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  document.trustPolicies = [{ ...document.trustPolicies[0], ...change }];
  writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
}

/** A plugin folder with no plugin in it. */
export function emptyLibexec(folder: string): string {
  const libexec = mkdtempSync(join(folder, 'empty-'));
  mkdirSync(join(libexec, 'plugins'));
  return libexec;
}
