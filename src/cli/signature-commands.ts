import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { type Act, text } from './options.ts';
import { artifactOptions, artifactWish, maxSignaturesOption, requireReference } from './registry-options.ts';

/** `list` and `inspect`. */
export function signatureCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(['list [reference]', 'ls'], 'list signatures of the signed artifact', listOptions, (args) =>
      act(async () => (await import('./list.ts')).list(readingWish(args, 'list', context), context))(),
    )
    .command('inspect [reference]', 'inspect all signatures associated with the signed artifact', inspectOptions, (args) =>
      act(async () => {
        const wish = { ...readingWish(args, 'inspect', context), output: args.output };
        return (await import('./inspect.ts')).inspect(wish, context);
      })(),
    );
}

function listOptions(parser: Argv) {
  return maxSignaturesOption(artifactOptions(parser))
    .positional('reference', { type: 'string', describe: 'artifact, by tag or digest' })
    .option('allow-referrers-api', { type: 'boolean', hidden: true, describe: 'of older versions of notation; means nothing' });
}

function inspectOptions(parser: Argv) {
  return listOptions(parser).option('output', { ...text('output', 'output format: text or json'), alias: 'o', default: 'text' });
}

type ReadingArguments = Parameters<typeof artifactWish>[0] & {
  readonly 'max-signatures': number;
  readonly reference: string | undefined;
  readonly 'allow-referrers-api': boolean | undefined;
};

function readingWish(args: ReadingArguments, command: string, { error }: ToolContext) {
  if (args['allow-referrers-api'] !== undefined)
    error("Warning: flag '--allow-referrers-api' is deprecated and will be removed in future versions.\n");
  return { ...artifactWish(args), maxSignatures: args['max-signatures'], reference: requireReference(args.reference, command) };
}
