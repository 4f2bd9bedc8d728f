// What most of these suites begin with: an authority, two keys, the plugin installed, an empty registry, a notation that trusts the authority.
import assert from 'node:assert/strict';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  pushArtifact,
  type Result,
  removeFolder,
} from '../support/notation.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { type Authority, ec256, identity, type KeyPair, makeAuthority, makeKey, rsa2048 } from './pki.ts';

export interface Session {
  readonly folder: string;
  readonly authority: Authority;
  readonly rsa: KeyPair;
  readonly ec: KeyPair;
  readonly plugin: InstalledPlugin;
  readonly registry: Registry;
  /** A new private home for notation, which trusts the authority. */
  home(): Notation;
  /** Pushes an artifact that no other test has, and returns its reference by digest. */
  artifact(): Promise<string>;
  close(): Promise<void>;
}

export async function openSession(): Promise<Session> {
  const folder = openFolder();
  const authority = makeAuthority(folder, 'authority');
  const plugin = await installPlugin(executableUnderTest(), folder);
  const registry = await startRegistry('ocireg');
  let artifacts = 0;
  return {
    folder,
    authority,
    rsa: makeKey(authority, rsa2048),
    ec: makeKey(authority, ec256),
    plugin,
    registry,
    home: () => openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] }),
    artifact: async () => {
      artifacts += 1;
      return pushArtifact(`${registry.host}/artifact-${artifacts}`, `artifact ${artifacts}`, folder);
    },
    close: async () => {
      await registry.stop();
      removeFolder(folder);
    },
  };
}

/** `--plugin-config name=value` for each option. */
export function pluginConfig(options: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => ['--plugin-config', `${name}=${value}`]);
}

export function assertSigned(result: Result, reference: string): void {
  assert.deepEqual(result, { code: 0, stdout: `Successfully signed ${reference}\n`, stderr: '' });
}

export async function assertVerifies(notation: Notation, reference: string): Promise<void> {
  const { code, stdout, stderr } = await notation.run(['verify', reference]);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.startsWith(`Successfully verified signature for ${reference}\n`), stdout);
}
