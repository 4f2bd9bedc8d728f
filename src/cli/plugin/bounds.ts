import { NotationError } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import type { PluginBounds } from '../../host/call.ts';
import type { ToolContext } from '../context.ts';
import { parseDuration } from '../line/duration.ts';
import { type OptionRow, type OptionValues, textIn } from '../line/option.ts';

/** What a plugin says of itself costs no network (PLG-034): one that takes longer hangs. */
const patienceMs = 30_000;

/** Of the commands that have plugins sign or verify. */
export const pluginTimeoutRow: OptionRow = {
  name: 'plugin-timeout',
  kind: 'text',
  default: '30s',
  describe: 'how long each call of another plugin may take, as 30s or 2m',
};

/** The longest that a timer of this runtime can wait. */
const longestSeconds = 2_147_483;

/** What plugins may use; each of their processes has `timeoutMs`. */
export function pluginBounds({ environment }: Pick<ToolContext, 'environment'>, log: Log, timeoutMs: number = patienceMs): PluginBounds {
  return { environment, timeoutMs, log };
}

/** What --plugin-timeout says, in milliseconds. @throws NotationError `REQUEST` for a time that is none */
export function pluginTimeoutIn(options: OptionValues): number {
  const { name } = pluginTimeoutRow;
  const text = textIn(options, name);
  if (text === undefined) return patienceMs;
  const seconds = parseDuration(text, name);
  if (seconds > 0 && seconds <= longestSeconds) return seconds * 1000;
  throw new NotationError('REQUEST', `${name}: expected 1s to ${longestSeconds}s, found ${seconds}s`);
}
