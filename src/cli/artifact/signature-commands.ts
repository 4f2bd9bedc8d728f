import type { Argv } from 'yargs';
import type { ToolContext } from '../context.ts';
import { addOptions, type OptionTable, type OptionValues } from '../line/option.ts';
import type { Act } from '../line/options.ts';
import { artifactRows, maxSignaturesRow } from './registry-options.ts';

/** The options of `list` and of `inspect`. notation's `list` knows no JSON. */
export const readingTable: OptionTable = {
  rows: [
    ...artifactRows,
    maxSignaturesRow,
    { name: 'output', alias: 'o', kind: 'text', values: ['text', 'json'], default: 'text', describe: 'output format' },
  ],
};

/** `list` and `inspect`. */
export function signatureCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(['list [references..]', 'ls'], 'list signatures of the signed artifact', listOptions, ({ references = [], ...values }) =>
      act(async () => (await import('./list.ts')).list(references, values as OptionValues, context))(),
    )
    .command(
      'inspect [references..]',
      'inspect all signatures associated with the signed artifact',
      inspectOptions,
      ({ references = [], ...values }) =>
        act(async () => (await import('../inspect/inspect.ts')).inspect(references, values as OptionValues, context))(),
    );
}

function listOptions(parser: Argv) {
  return readingOptions(parser)
    .example('$0 ls registry.example.com/app@sha256:…', 'those of an artifact in a registry')
    .example('$0 ls --oci-layout ./layout:v1', 'those of an artifact in an OCI layout');
}

function inspectOptions(parser: Argv) {
  return readingOptions(parser)
    .example('$0 inspect registry.example.com/app@sha256:…', 'as a tree')
    .example('$0 inspect --output json registry.example.com/app@sha256:…', 'as JSON');
}

function readingOptions(parser: Argv) {
  const positional = { type: 'string', array: true, describe: 'artifact, by tag or digest' } as const;
  return addOptions(parser, readingTable).positional('references', positional);
}
