// Other plugins of notation, from its directory where the environment tells of it.
import { NotationError } from '../core/error.ts';
import { version } from '../core/version.ts';
import type { PluginBounds, PluginFile } from '../host/call.ts';
import type { SigningPlugin } from '../host/signing.ts';
import { statedConfigDirectory } from '../store/directories.ts';
import type { OpenVerificationPlugin } from '../verify/ports.ts';
import type { Host } from './host.ts';

/** A key of another plugin, which is installed where notation looks for it. */
export interface PluginKey {
  /** Name of the plugin. */
  readonly plugin: string;
  /** The key's id, in the plugin's own form. */
  readonly id: string;
  /** The plugin's own options. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** How long each call of a plugin may take. */
const patienceMs = 30_000;

/** Asks a plugin what it is, and opens its key. @throws NotationError as `openSigningPlugin`; `CONFIG` without a directory */
export async function openPluginKey(
  { plugin, id, config = {} }: PluginKey,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<SigningPlugin> {
  const { openSigningPlugin } = await import('../host/signing.ts');
  const key = { id, pluginConfig: new Map(Object.entries(config)) };
  return openSigningPlugin(await fileOf(plugin, host), key, host.now, boundsOf(host, signal));
}

/** Opens the plugins that signatures name. A signature that names this program's own is judged right here. */
export function pluginOpener(host: Host, signal: AbortSignal | undefined): OpenVerificationPlugin {
  return async (name) => {
    if (name === 'ts-kms') return { kind: 'own', metadata: { name, version } };
    const { openVerifier } = await import('../host/verifier.ts');
    return { kind: 'hosted', ...(await openVerifier(await fileOf(name, host), new Map(), boundsOf(host, signal))) };
  };
}

async function fileOf(name: string, host: Host): Promise<PluginFile> {
  const { environment, platform } = host;
  const libexec = environment['NOTATION_LIBEXEC'] || statedConfigDirectory(host);
  if (libexec === undefined) throw nowhere(name);
  const { pluginPlace } = await import('../store/plugins.ts');
  return { name, executable: pluginPlace({ libexec }, name, platform).executable };
}

function boundsOf({ environment, log }: Host, signal: AbortSignal | undefined): PluginBounds {
  return { environment, log, signal, timeoutMs: patienceMs };
}

function nowhere(name: string): NotationError {
  return new NotationError('CONFIG', `plugin ${JSON.stringify(name)}: expected a directory of notation's, where plugins are, found none`, {
    hint: 'give openNotation the environment: HOME, XDG_CONFIG_HOME, NOTATION_CONFIG or NOTATION_LIBEXEC say where it is',
  });
}
