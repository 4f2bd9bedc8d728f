// What the commands that verify have in common: what is wanted of signatures, and what verification needs of the world.
import { NotationError } from '../../core/error.ts';
import type { Http, Log } from '../../core/ports.ts';
import type { PluginBounds } from '../../host/call.ts';
import { noDeadline } from '../../http/deadline.ts';
import { openHttp } from '../../http/open.ts';
import type { PluginConfig } from '../../protocol/request.ts';
import { openRevocation } from '../../revocation/ask.ts';
import { openCrlCache } from '../../revocation/crl-cache.ts';
import { cacheDirectoryOf, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { chooseLog } from '../../store/log.ts';
import { rememberTrustStores } from '../../store/trust-store.ts';
import type { OpenVerificationPlugin, VerificationPorts } from '../../verify/ports.ts';
import { rememberCertificates } from '../../x509/certificate-memory.ts';
import type { ToolContext } from '../context.ts';
import { type OptionValues, textsIn } from '../line/option.ts';
import { parsePairs } from '../line/pairs.ts';
import { pluginBounds, pluginTimeoutIn } from '../plugin/bounds.ts';
import { diagnosticsOf, inBoth, type Verbosity } from '../voice/diagnostics.ts';
import { printable } from '../voice/fields.ts';

export interface VerificationSession extends Verbosity {
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly offline: boolean;
  readonly ports: VerificationPorts;
}

/** Reads what the options say; asks nobody and reads nothing yet. Stores and certificates are read once in a session. @throws NotationError `REQUEST` */
export function openVerificationSession(command: string, options: OptionValues, context: ToolContext): VerificationSession {
  const verbosity = { debug: options['debug'] === true, verbose: options['verbose'] === true };
  const pluginConfig = parsePairs('plugin-config', textsIn(options, 'plugin-config'));
  const userMetadata = Object.fromEntries(parsePairs('user-metadata', textsIn(options, 'user-metadata')));
  const offline = options['offline'] === true;
  const log = inBoth(chooseLog(undefined, 'info', context, { command }), diagnosticsOf(verbosity, context));
  const openVerificationPlugin = pluginOpener(pluginConfig, pluginBounds(context, log, pluginTimeoutIn(options)), context);
  return { ...verbosity, userMetadata, offline, ports: { ...portsOf(offline, log, context), openVerificationPlugin } };
}

/** A signature that names this program's own plugin is judged right here: by the same checks, in the same way. */
function pluginOpener(pluginConfig: PluginConfig, bounds: PluginBounds, context: ToolContext): OpenVerificationPlugin {
  const { metadata } = context;
  return async (name) => {
    if (name === metadata.name) return { kind: 'own', metadata };
    const [{ openVerifier }, { pluginFile }] = await Promise.all([import('../../host/verifier.ts'), import('../plugin/plugin-file.ts')]);
    return { kind: 'hosted', ...(await openVerifier(pluginFile(name, context), pluginConfig, bounds)) };
  };
}

function portsOf(offline: boolean, log: Log, context: ToolContext): Omit<VerificationPorts, 'openVerificationPlugin'> {
  const { environment, transport, now } = context;
  const http = offline ? noNetwork : openHttp({ transport, environment, files: disk, deadline: noDeadline, bundle: undefined });
  const warned = inBoth(log, warningsOf(context));
  const cache = openCrlCache({ folder: cacheDirectoryOf(context), files: disk, write: writeLater, now, log: warned });
  return {
    now,
    log,
    readCertificate: rememberCertificates(),
    readTrustStore: rememberTrustStores(directoriesOf(context), disk),
    askRevocation: openRevocation({ http, cache, now, log }),
  };
}

/** What is wrong with the cache, for everybody: as notation, which says so without being asked. */
function warningsOf({ error }: Pick<ToolContext, 'error'>): Log {
  return (level, message) => {
    if (level === 'warn') error(`Warning: ${printable(message)}; --debug says why\n`);
  };
}

async function writeLater(path: string, content: string, mode: number): Promise<void> {
  await (await import('../../store/write.ts')).writeWhole(path, content, mode);
}

/** The network of who wants none. */
const noNetwork: Http = {
  send: async ({ url }) => {
    throw new NotationError('UNAVAILABLE', `${new URL(url).origin} was not asked: --offline forbids it`, {
      hint: 'verify without --offline where the network is',
    });
  },
  warm: () => undefined,
};
