import { NotationError } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import type { PluginBounds } from '../../host/call.ts';
import type { ToolContext } from '../context.ts';
import { parseDuration } from '../line/duration.ts';
import { type OptionRow, type OptionValues, textIn } from '../line/option.ts';

/** Of the commands that may run plugins besides this program. */
export const pluginTimeoutRow: OptionRow = {
  name: 'plugin-timeout',
  kind: 'text',
  default: '30s',
  describe: 'how long each call of another plugin may take, as 30s or 2m',
};

/** The longest that a timer of this runtime can wait. */
const longestSeconds = 2_147_483;

/** What other plugins may use. @throws NotationError `REQUEST` for a timeout that is none */
export function pluginBounds(options: OptionValues, { environment }: ToolContext, log: Log): PluginBounds {
  const { name } = pluginTimeoutRow;
  const seconds = parseDuration(textIn(options, name) ?? '30s', name);
  if (seconds > 0 && seconds <= longestSeconds) return { environment, timeoutMs: seconds * 1000, log };
  throw new NotationError('REQUEST', `${name}: expected 1s to ${longestSeconds}s, found ${seconds}s`);
}
