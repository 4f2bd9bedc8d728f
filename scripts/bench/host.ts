// Whole runs of `notation sign`.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyPair, makeAuthority, makeKey, rsa2048 } from '../../test/interop/pki.ts';
import { installPlugin, pushArtifact } from '../../test/support/notation.ts';
import { openPeer } from '../../test/support/peers.ts';
import { startRegistry } from '../../test/support/registry.ts';
import { type Command, cleanEnvironment, type Environment, type Suite } from './case.ts';
import { type Variant, variantsBeside } from './variant.ts';

export const builtInVariant = 'built-in key';

/** `notation sign` with a plugin against `notation sign` with the same key built in. */
export const hostSuite: Suite = {
  title: 'notation sign',
  peers: ['notation', 'oras', 'ocireg', 'bench-aws-plugin'],
  open: async (folder) => {
    const pair = makeKey(makeAuthority(folder, 'host'), rsa2048);
    const registry = await startRegistry('ocireg');
    const reference = await pushArtifact(`${registry.host}/bench`, 'bench', folder);
    const wish = { folder, reference, id: pair.key, config: { cert_chain: pair.chain } };
    const commands = [builtInCommand(folder, pair, reference), ...(await pluginCommands(variantsBeside('bench-aws-plugin'), wish))];
    return { cases: [{ name: 'notation sign, RSA-2048', base: builtInVariant, commands }], close: () => registry.stop() };
  },
};

/** What notation shall sign, and how. */
export interface HostWish {
  readonly folder: string;
  readonly reference: string;
  readonly id: string;
  readonly config: Environment;
  readonly environment?: Environment;
}

/** `notation sign` with each variant that is one executable. */
export function pluginCommands(variants: readonly Variant[], wish: HostWish): Promise<readonly Command[]> {
  return Promise.all(variants.filter(({ argv }) => argv.length === 1).map((variant) => pluginCommand(variant, wish)));
}

async function pluginCommand(variant: Variant, { folder, reference, id, config, environment }: HostWish): Promise<Command> {
  const home = makeHome(folder);
  const plugin = await installPlugin(variant.argv.join(), configOf(home));
  const options = Object.entries(config).flatMap(([name, value]) => ['--plugin-config', `${name}=${value}`]);
  return signCommand(variant.name, home, ['--plugin', plugin.name, '--id', id, ...options], reference, environment);
}

function builtInCommand(folder: string, pair: KeyPair, reference: string): Command {
  const home = makeHome(folder);
  const keys = { keys: [{ name: 'bench', keyPath: pair.key, certPath: pair.chain }] };
  writeFileSync(join(configOf(home), 'signingkeys.json'), JSON.stringify(keys), { mode: 0o600 });
  return signCommand(builtInVariant, home, ['--key', 'bench'], reference);
}

// Without the referrers tag, whose index grows with every signature: each run has the same work to do.
function signCommand(name: string, home: string, options: readonly string[], reference: string, environment: Environment = {}): Command {
  const argv = [openPeer('notation'), 'sign', '--force-referrers-tag=false', ...options, reference];
  return { name, argv, stdin: '', env: cleanEnvironment(home, environment) };
}

function makeHome(folder: string): string {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(configOf(home), { recursive: true });
  return home;
}

function configOf(home: string): string {
  return join(home, '.config', 'notation');
}
