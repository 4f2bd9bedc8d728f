// A key of another plugin, for one run of a command.
import { NotationError } from '../../core/error.ts';
import type { PluginBounds } from '../../host/call.ts';
import { openSigningPlugin } from '../../host/signing.ts';
import type { PluginKey } from '../../protocol/hosted/signing.ts';
import type { GeneratingPorts } from '../../sign/generate.ts';
import type { SigningPorts } from '../../sign/sign.ts';
import type { ToolContext } from '../context.ts';
import { pluginFile } from '../plugin/plugin-file.ts';

interface Around {
  /** What signing needs besides. */
  readonly ports: Omit<SigningPorts, 'signer'>;
  readonly bounds: PluginBounds;
  readonly context: ToolContext;
}

/**
 * Opens the key when it is first asked for: the plugin is asked what it is, and for the key, once in a run of the command, and then for each
 * signature. A failure is not kept.
 * @returns what throws NotationError `CONFIG` when a timestamp is wanted of a plugin that makes whole envelopes, and what opening the plugin throws
 */
export function openPluginKey(name: string, key: PluginKey, around: Around): () => Promise<SigningPorts | GeneratingPorts> {
  const plugin = pluginFile(name, around.context);
  let opened: Promise<SigningPorts | GeneratingPorts> | undefined;
  const open = async () => {
    const { ports, bounds, context } = around;
    const signing = await openSigningPlugin(plugin, key, context.now, bounds);
    if (signing.kind === 'signer') {
      const { version } = signing.metadata;
      return { ...ports, agent: `${ports.agent} ${name}/${version}`, signer: signing.signer };
    }
    if (ports.timestamper !== undefined) throw cannotWitness(name);
    return { generator: signing.generator, now: ports.now };
  };
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** Nobody may add a timestamp to an envelope that a plugin made (PLG-055); notation ignores the option. */
function cannotWitness(name: string): NotationError {
  return new NotationError(
    'CONFIG',
    `plugin ${JSON.stringify(name)}: expected no --timestamp-url for a plugin that makes whole envelopes, found one`,
    { hint: 'have the plugin ask the authority, if it can, by an option of its own' },
  );
}
