import type { Log } from '../../core/ports.ts';
import type { PluginBounds } from '../../host/call.ts';
import type { ToolContext } from '../context.ts';

/** What a plugin says of itself costs no network (PLG-034): one that takes longer hangs. */
const patienceMs = 30_000;

/** What plugins may use that are asked what they are. */
export function pluginBounds({ environment }: Pick<ToolContext, 'environment'>, log: Log): PluginBounds {
  return { environment, timeoutMs: patienceMs, log };
}
