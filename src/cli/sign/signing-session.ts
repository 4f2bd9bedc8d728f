// What the commands that sign have in common: the key, the format, and who witnesses.
import { NotationError } from '../../core/error.ts';
import type { EnvelopeFormat } from '../../core/model.ts';
import { meantOf } from '../../core/nearest.ts';
import type { Log } from '../../core/ports.ts';
import type { EnvelopeCodec } from '../../envelope/codec.ts';
import { codecOfFormat } from '../../envelope/index.ts';
import { demandPlugin } from '../../envelope/verification-plugin.ts';
import { noDeadline } from '../../http/deadline.ts';
import { openHttp } from '../../http/open.ts';
import { parseSettings, type Settings } from '../../kms/config.ts';
import type { ArtifactWish } from '../../sign/artifact.ts';
import type { GeneratingPorts } from '../../sign/generate.ts';
import type { SigningPorts } from '../../sign/sign.ts';
import { readConfig } from '../../store/config.ts';
import { cacheDirectoryOf, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { chooseLog } from '../../store/log.ts';
import type { ToolContext } from '../context.ts';
import { parseDuration } from '../line/duration.ts';
import { type OptionValues, textIn, textsIn } from '../line/option.ts';
import { parsePairs } from '../line/pairs.ts';
import { pluginBounds, pluginTimeoutIn } from '../plugin/bounds.ts';
import { diagnosticsOf, inBoth } from '../voice/diagnostics.ts';
import { keyContextOf } from './key-context.ts';
import { leaseSigner } from './key-lease.ts';
import { resolveSigningKey } from './signing-key.ts';

export interface SigningSession {
  readonly wish: ArtifactWish;
  readonly format: EnvelopeFormat;
  /** Opens the key where it is not open, and answers all that signing needs. @throws NotationError as opening the key does */
  readonly open: () => Promise<SigningPorts | GeneratingPorts>;
  readonly log: Log;
}

/** Reads what the options say and loads what they need; asks no network, opens no key and runs no plugin yet. @throws NotationError */
export async function openSigningSession(command: string, options: OptionValues, context: ToolContext): Promise<SigningSession> {
  const directories = directoriesOf(context);
  const format = formatOf(textIn(options, 'signature-format') ?? (await readConfig(directories, disk)).signatureFormat ?? 'jws');
  const wish = wishOf(await codecOfFormat(format), options);
  const key = await resolveSigningKey(
    {
      key: textIn(options, 'key'),
      id: textIn(options, 'id'),
      plugin: textIn(options, 'plugin'),
      pluginConfig: parsePairs('plugin-config', textsIn(options, 'plugin-config')),
    },
    directories,
    disk,
    context.metadata.name,
  );
  // Another plugin's options are its own to understand.
  const settings = parseSettings(key.plugin === undefined ? key.pluginConfig : new Map());
  const kept = chooseLog(settings.text.log_file, settings.logLevel, context, { command, keyId: key.id });
  const log = inBoth(kept, diagnosticsOf({ debug: options['debug'] === true, verbose: options['verbose'] === true }, context));
  const ports = { now: context.now, agent: agentOf(context.metadata), ...(await timestamperOf(options, settings, context, log)) };
  if (key.plugin !== undefined) {
    const { openPluginKey } = await import('./plugin-key.ts');
    return {
      wish,
      format,
      log,
      open: openPluginKey(key.plugin, key, { ports, bounds: pluginBounds(context, log, pluginTimeoutIn(options)), context }),
    };
  }
  const lease = leaseSigner(key.id, settings.deadlineMs, (deadline) => keyContextOf(settings, context, log, deadline));
  const open = async () => ({ ...ports, signer: await lease() });
  return { wish: { ...wish, extended: demandPlugin(settings.verificationPlugin) }, format, log, open };
}

function agentOf({ name, version }: ToolContext['metadata']): string {
  return `notation-${name}/${version}`;
}

/** As notation, which takes no other spelling. */
function formatOf(text: string): EnvelopeFormat {
  if (text === 'jws' || text === 'cose') return text;
  throw new NotationError('REQUEST', `signature format ${JSON.stringify(text)} not supported`, {
    hint: meantOf(text, ['jws', 'cose']),
  });
}

function wishOf(codec: EnvelopeCodec, options: OptionValues): ArtifactWish {
  const seconds = parseDuration(textIn(options, 'expiry') ?? '0', 'expiry');
  const userMetadata = Object.fromEntries(parsePairs('user-metadata', textsIn(options, 'user-metadata')));
  return { codec, userMetadata, ...(seconds > 0 && { expirySeconds: seconds }) };
}

/** The options of the command win over what a key's plugin config says. */
async function timestamperOf(
  options: OptionValues,
  { text }: Settings,
  context: ToolContext,
  log: Log,
): Promise<Pick<SigningPorts, 'timestamper'>> {
  const url = textIn(options, 'timestamp-url') ?? text.tsa_url;
  const rootPath = textIn(options, 'timestamp-root-cert') ?? text.tsa_root_cert;
  if (url === undefined || rootPath === undefined) return {};
  const { environment, transport, now } = context;
  const http = openHttp({ transport, environment, files: disk, deadline: noDeadline, bundle: text.ca_bundle });
  const [{ openTimestamper }, { readTimestampRoot }, { authorityCheck }, { writeWhole: write }] = await Promise.all([
    import('../../timestamp/authority.ts'),
    import('../../timestamp/root.ts'),
    import('../../revocation/authority.ts'),
    import('../../store/write.ts'),
  ]);
  const checkRevocation = authorityCheck({ http, now, log, folder: cacheDirectoryOf(context), files: disk, write });
  return { timestamper: openTimestamper({ url, root: await readTimestampRoot(rootPath, disk), http, checkRevocation }) };
}
