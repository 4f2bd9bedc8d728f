// The tool by itself against `notation sign`: one artifact, and many.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ec256, type KeyPair, makeAuthority, makeKey } from '../../test/interop/pki.ts';
import { installPlugin, oras, pushArtifact } from '../../test/support/notation.ts';
import { openPeer } from '../../test/support/peers.ts';
import { startRegistry } from '../../test/support/registry.ts';
import { pushArtifacts } from './artifacts.ts';
import { at, openAwsStack } from './aws.ts';
import { type Case, type Command, cleanEnvironment, type Environment, type Suite } from './case.ts';
import { openLink } from './link.ts';
import { shippedVariant } from './variant.ts';

export const notationVariant = 'notation';
const executable = join(import.meta.dirname, '../../dist/notation-ts-kms');
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
      oneCase('sign one, registry', [...key, sameWork, reference], home),
      await layoutCase(folder, home),
      manyCase('sign 1,000, registry', lists[1000] ?? '', key, home),
      ...[10, 10_000].map((count) => memoryCase(count, lists[count] ?? '', home)),
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
    const words = ['--plugin', plugin.name, '--id', id, '--plugin-config', `cert_chain=${chain}`];
    const environment = at(`https://localhost:${link.port}`, stack.environment);
    const cases = [{ ...manyCase('sign 1,000, AWS, 20 ms away', lists[1000] ?? '', words, home, environment), rounds: 1, warmUps: 0 }];
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
async function writeLists(host: string, counts: readonly number[], folder: string): Promise<Readonly<Record<number, string>>> {
  const references = await pushArtifacts(host, Math.max(...counts));
  return Object.fromEntries(counts.map((count) => [count, writeList(references.slice(0, count), join(folder, `references-${count}`))]));
}

function writeList(references: readonly string[], path: string): string {
  writeFileSync(path, references.map((reference) => `${reference}\n`).join(''));
  return path;
}

function oneCase(name: string, words: readonly string[], home: string): Case {
  return pairOf(name, [openPeer('notation'), 'sign', ...words], [executable, 'sign', ...words], home);
}

/** Each in a layout of its own, which grow alike. */
async function layoutCase(folder: string, home: string): Promise<Case> {
  const [theirs, ours] = [await pushLayout(folder, 'theirs'), await pushLayout(folder, 'ours')];
  const words = ['sign', '--oci-layout', ...key];
  return pairOf('sign one, OCI layout', [openPeer('notation'), ...words, theirs], [executable, ...words, ours], home, {
    NOTATION_EXPERIMENTAL: '1',
  });
}

async function pushLayout(folder: string, name: string): Promise<string> {
  const layer = join(folder, 'layer.txt');
  writeFileSync(layer, 'layer');
  const path = join(folder, name);
  const words = ['push', '--oci-layout', '--disable-path-validation', '--format', 'json', `${path}:v1`, `${layer}:text/plain`];
  const { stdout } = await oras(words, folder);
  return `${path}@${(JSON.parse(stdout) as { readonly digest: string }).digest}`;
}

/** A process for each reference against one process for all of them. */
function manyCase(name: string, list: string, words: readonly string[], home: string, environment: Environment = {}): Case {
  const loop = 'list="$1"; shift; while read -r reference; do "$@" "$reference" >/dev/null || exit 1; done <"$list"';
  const theirs = ['sh', '-c', loop, 'sh', list, openPeer('notation'), 'sign', sameWork, ...words];
  return {
    ...pairOf(name, theirs, [executable, 'sign', sameWork, ...words, '--from-file', list], home, environment),
    rounds: 3,
    warmUps: 1,
  };
}

function memoryCase(count: number, list: string, home: string): Case {
  const command = commandOf(shippedVariant, [executable, 'sign', sameWork, ...key, '--from-file', list], home, {});
  return { name: `memory of signing ${count}`, base: shippedVariant, commands: [command], rounds: 1, warmUps: 0 };
}

function pairOf(name: string, theirs: readonly string[], ours: readonly string[], home: string, environment: Environment = {}): Case {
  const commands = [commandOf(notationVariant, theirs, home, environment), commandOf(shippedVariant, ours, home, environment)];
  return { name, base: notationVariant, commands };
}

function commandOf(name: string, argv: readonly string[], home: string, environment: Environment): Command {
  return { name, argv, stdin: '', env: cleanEnvironment(home, environment) };
}
