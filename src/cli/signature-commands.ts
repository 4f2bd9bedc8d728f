import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { type Act, text } from './options.ts';
import { artifactOptions, artifactWish, maxSignaturesOption, requireReference } from './registry-options.ts';

/** `list` and `inspect`. */
export function signatureCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(['list [reference]', 'ls'], 'list signatures of the signed artifact', listOptions, (args) =>
      act(async () => {
        const wish = { ...artifactWish(args), maxSignatures: args['max-signatures'], reference: requireReference(args.reference, 'list') };
        return (await import('./list.ts')).list(wish, context);
      })(),
    )
    .command('inspect [reference]', 'inspect all signatures associated with the signed artifact', inspectOptions, (args) =>
      act(async () => {
        const { output } = args;
        const reference = requireReference(args.reference, 'inspect');
        return (await import('./inspect.ts')).inspect(
          { ...artifactWish(args), maxSignatures: args['max-signatures'], reference, output },
          context,
        );
      })(),
    );
}

function listOptions(parser: Argv) {
  return maxSignaturesOption(artifactOptions(parser)).positional('reference', { type: 'string', describe: 'artifact, by tag or digest' });
}

function inspectOptions(parser: Argv) {
  return listOptions(parser).option('output', { ...text('output', 'output format: text or json'), alias: 'o', default: 'text' });
}
