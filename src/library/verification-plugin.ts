import { NotationError } from '../core/error.ts';
import { version } from '../core/version.ts';
import { statedConfigDirectory } from '../store/directories.ts';
import type { OpenVerificationPlugin } from '../verify/ports.ts';
import type { Host } from './host.ts';

/** How long each call of a plugin may take. */
const patienceMs = 30_000;

/**
 * Opens the plugins that signatures name, from notation's directory where the environment tells of it. A signature that names this program's
 * own is judged right here.
 */
export function pluginOpener(host: Host, signal: AbortSignal | undefined): OpenVerificationPlugin {
  return async (name) => {
    if (name === 'ts-kms') return { kind: 'own', metadata: { name, version } };
    const { environment, log, platform } = host;
    const config = statedConfigDirectory(host);
    const libexec = environment['NOTATION_LIBEXEC'] || config;
    if (libexec === undefined) throw nowhere(name);
    const [{ openVerifier }, { pluginPlace }] = await Promise.all([import('../host/verifier.ts'), import('../store/plugins.ts')]);
    const { executable } = pluginPlace({ libexec }, name, platform);
    const bounds = { environment, log, signal, timeoutMs: patienceMs };
    return { kind: 'hosted', ...(await openVerifier({ name, executable }, new Map(), bounds)) };
  };
}

function nowhere(name: string): NotationError {
  return new NotationError('CONFIG', `plugin ${JSON.stringify(name)}: expected a directory of notation's, where plugins are, found none`, {
    hint: 'give openNotation the environment: HOME, XDG_CONFIG_HOME, NOTATION_CONFIG or NOTATION_LIBEXEC say where it is',
  });
}
