import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { addOptions, type OptionRow, type OptionTable, type OptionValues } from './option.ts';
import type { Act } from './options.ts';
import { signerTable } from './sign-options.ts';

const blobRows: readonly OptionRow[] = [
  { name: 'media-type', kind: 'text', default: 'application/octet-stream', describe: 'media type of the file' },
  { name: 'signature-directory', kind: 'text', default: '.', describe: 'folder for the signature file' },
  { name: 'force', kind: 'flag', default: false, describe: 'replace the signature file when there is one' },
];
const blobSignTable: OptionTable = { ...signerTable, rows: [...signerTable.rows, ...blobRows] };

/** `notation-ts-kms blob …`. */
export function blobCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('sign <blob>', 'sign a file; the signature goes into a file of its own', blobSignOptions, ({ blob, ...values }) =>
      act(async () => (await import('./blob-sign.ts')).signBlobFile(blob, values as OptionValues, context))(),
    )
    .demandCommand(1, 'expected a blob command; see notation-ts-kms blob --help');
}

function blobSignOptions(parser: Argv) {
  return addOptions(parser, blobSignTable).positional('blob', { type: 'string', demandOption: true, describe: 'path of the file' });
}
