import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { addOptions, type OptionTable, type OptionValues } from './option.ts';
import type { Act } from './options.ts';
import { artifactRows, maxSignaturesRow } from './registry-options.ts';

/** The options of `list`. */
export const listTable: OptionTable = { rows: [...artifactRows, maxSignaturesRow] };

/** The options of `inspect`. */
export const inspectTable: OptionTable = {
  rows: [...listTable.rows, { name: 'output', alias: 'o', kind: 'text', default: 'text', describe: 'output format: text or json' }],
};

/** `list` and `inspect`. */
export function signatureCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(
      ['list [references..]', 'ls'],
      'list signatures of the signed artifact',
      optionsOf(listTable),
      ({ references = [], ...values }) => act(async () => (await import('./list.ts')).list(references, values as OptionValues, context))(),
    )
    .command(
      'inspect [references..]',
      'inspect all signatures associated with the signed artifact',
      optionsOf(inspectTable),
      ({ references = [], ...values }) =>
        act(async () => (await import('./inspect.ts')).inspect(references, values as OptionValues, context))(),
    );
}

function optionsOf(table: OptionTable) {
  const positional = { type: 'string', array: true, describe: 'artifact, by tag or digest' } as const;
  return (parser: Argv) => addOptions(parser, table).positional('references', positional);
}
