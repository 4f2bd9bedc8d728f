// How the tool's commands open keys: with the options, the log, the network and the deadline that the plugin gives them.
import { NotationError } from '../../core/error.ts';
import type { Deadline, Log } from '../../core/ports.ts';
import { withDeadline } from '../../http/deadline.ts';
import { openHttp } from '../../http/open.ts';
import { parseSettings, type Settings } from '../../kms/config.ts';
import type { KeyContext } from '../../kms/provider.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { chooseLog, withFailureLogged } from '../../store/log.ts';
import { namedKeys } from '../../store/signing-keys.ts';
import type { ToolContext } from '../context.ts';
import { parsePairs } from '../line/pairs.ts';

/** The key that a command is about. */
export interface KeyWish {
  readonly id: string;
  /** `name=value` each, as `--plugin-config` says them. */
  readonly pluginConfig: readonly string[];
}

/**
 * Runs `work`, which may open keys, under the deadline of the plugin config.
 * @param command names the command in the log
 * @throws NotationError `REQUEST`, `CONFIG`, `TIMEOUT`, and whatever `work` throws
 */
export async function withKeys<T>(
  command: string,
  wish: KeyWish,
  context: ToolContext,
  work: (keys: KeyContext) => Promise<T>,
): Promise<T> {
  if (wish.id === '') throw new NotationError('REQUEST', 'id: expected a key id, found an empty text');
  const settings = parseSettings(parsePairs('plugin-config', wish.pluginConfig));
  const log = chooseLog(settings.text.log_file, settings.logLevel, context, { command, keyId: wish.id });
  return withFailureLogged(log, async () => {
    const result = await withDeadline(settings.deadlineMs, (deadline) => work(keyContextOf(settings, context, log, deadline)));
    log('info', 'done');
    return result;
  });
}

/** What a key may use of the world, under this deadline. */
export function keyContextOf(settings: Settings, context: ToolContext, log: Log, deadline: Deadline): KeyContext {
  const { environment, transport, now, program } = context;
  return {
    settings,
    environment,
    files: disk,
    namedKeys: namedKeys(directoriesOf(context), disk),
    log,
    http: openHttp({ transport, environment, files: disk, deadline, bundle: settings.text.ca_bundle }),
    deadline,
    now,
    program: program.anew,
  };
}
