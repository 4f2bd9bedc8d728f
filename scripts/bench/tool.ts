// The tool by itself against `notation sign`: one artifact, and many.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ec256, type KeyPair, makeAuthority, makeKey } from '../../test/interop/pki.ts';
import { installPlugin, oras, pushArtifact } from '../../test/support/notation.ts';
import { openPeer } from '../../test/support/peers.ts';
import { startRegistry } from '../../test/support/registry.ts';
import { pushArtifacts } from './artifacts.ts';
import { at, openAwsStack } from './aws.ts';
import type { Case, Suite } from './case.ts';
import { openLink } from './link.ts';
import { executable, loopAgainstList, ownList, pairOf, sameWords } from './pair.ts';

const key = ['--key', 'bench'];
/** Each run has the same work to do: the index of the referrers tag would grow with every signature. */
const sameWork = '--force-referrers-tag=false';
const delayMs = 20;

/** `notation-ts-kms sign` with a key in a file, near by. */
export const toolSuite: Suite = {
  title: 'sign by the tool',
  peers: ['notation', 'oras', 'ocireg'],
  open: async (folder) => {
    const home = openHome(folder, makeKey(makeAuthority(folder, 'tool'), ec256));
    const registry = await startRegistry('ocireg');
    const reference = await pushArtifact(`${registry.host}/one`, 'one', folder);
    const lists = await writeLists(registry.host, [10, 1000, 10_000], folder);
    const cases = [
      sameWords('sign one, registry', ['sign', ...key, sameWork, reference], { home }),
      await layoutCase(folder, home),
      loopAgainstList('sign 1,000, registry', lists[1000] ?? '', ['sign', sameWork, ...key], { home }),
      ...[10, 10_000].map((count) => ownList(`memory of signing ${count}`, lists[count] ?? '', ['sign', sameWork, ...key], { home })),
    ];
    return { cases, close: registry.stop };
  },
};

/** The same with a key of AWS KMS that is 20 ms away in each direction. */
export const toolDistanceSuite: Suite = {
  title: 'sign by the tool with AWS KMS at a distance',
  peers: ['notation', 'oras', 'ocireg', 'ministack'],
  open: async (folder) => {
    const stack = await openAwsStack('TLS', folder);
    const link = await openLink(Number(new URL(stack.endpoint).port), delayMs);
    const registry = await startRegistry('ocireg');
    const lists = await writeLists(registry.host, [1000], folder);
    const { id, chain } = stack.keys['RSA-2048'];
    const home = join(folder, 'distant');
    const plugin = await installPlugin(executable, join(home, '.config', 'notation'));
    const words = ['sign', sameWork, '--plugin', plugin.name, '--id', id, '--plugin-config', `cert_chain=${chain}`];
    const environment = at(`https://localhost:${link.port}`, stack.environment);
    const cases = [
      { ...loopAgainstList('sign 1,000, AWS, 20 ms away', lists[1000] ?? '', words, { home, environment }), rounds: 1, warmUps: 0 },
    ];
    return { cases, close: async () => void (await Promise.all([link.close(), registry.stop(), stack.stop()])) };
  },
};

function openHome(folder: string, pair: KeyPair): string {
  const home = join(folder, 'tool-home');
  const config = join(home, '.config', 'notation');
  mkdirSync(config, { recursive: true });
  const keys = { default: 'bench', keys: [{ name: 'bench', keyPath: pair.key, certPath: pair.chain }] };
  writeFileSync(join(config, 'signingkeys.json'), JSON.stringify(keys), { mode: 0o600 });
  return home;
}

/** Files of references by their number; each list is the beginning of the longer ones. */
export async function writeLists(host: string, counts: readonly number[], folder: string): Promise<Readonly<Record<number, string>>> {
  const references = await pushArtifacts(host, Math.max(...counts));
  return Object.fromEntries(counts.map((count) => [count, writeList(references.slice(0, count), join(folder, `references-${count}`))]));
}

function writeList(references: readonly string[], path: string): string {
  writeFileSync(path, references.map((reference) => `${reference}\n`).join(''));
  return path;
}

/** Each in a layout of its own, which grow alike. */
async function layoutCase(folder: string, home: string): Promise<Case> {
  const [theirs, ours] = [await pushLayout(folder, 'theirs'), await pushLayout(folder, 'ours')];
  const words = ['sign', '--oci-layout', ...key];
  const environment = { NOTATION_EXPERIMENTAL: '1' };
  return pairOf('sign one, OCI layout', [openPeer('notation'), ...words, theirs], [executable, ...words, ours], { home, environment });
}

export async function pushLayout(folder: string, name: string): Promise<string> {
  const layer = join(folder, 'layer.txt');
  writeFileSync(layer, 'layer');
  const path = join(folder, name);
  const words = ['push', '--oci-layout', '--disable-path-validation', '--format', 'json', `${path}:v1`, `${layer}:text/plain`];
  const { stdout } = await oras(words, folder);
  return `${path}@${(JSON.parse(stdout) as { readonly digest: string }).digest}`;
}
