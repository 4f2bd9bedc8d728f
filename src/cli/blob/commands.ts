import type { Argv } from 'yargs';
import type { ToolContext } from '../context.ts';
import { addOptions, type OptionRow, type OptionTable, type OptionValues } from '../line/option.ts';
import type { Act } from '../line/options.ts';
import { blobPolicyCommands } from '../policy/commands.ts';
import { signerTable } from '../sign/sign-options.ts';
import { blobVerifyOptions } from '../verify/verify-options.ts';
import { verbosityRows } from '../voice/diagnostics.ts';

const blobRows: readonly OptionRow[] = [
  { name: 'media-type', kind: 'text', default: 'application/octet-stream', describe: 'media type of the file' },
  { name: 'signature-directory', kind: 'text', default: '.', describe: 'folder for the signature file' },
  { name: 'force', kind: 'flag', default: false, describe: 'replace the signature file when there is one' },
];
const blobInspectTable: OptionTable = {
  rows: [{ name: 'output', alias: 'o', kind: 'text', values: ['tree', 'json'], default: 'tree', describe: 'output format' }],
};
const blobSignTable: OptionTable = { ...signerTable, rows: [...signerTable.rows, ...verbosityRows, ...blobRows] };

/** `notation-ts-kms blob …`. */
export function blobCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('sign [blob]', 'sign a file; the signature goes into a file of its own', blobSignOptions, ({ blob = '', ...values }) =>
      act(async () => (await import('../sign/blob-sign.ts')).signBlobFile(blob, values as OptionValues, context))(),
    )
    .command('verify [blob]', 'verify the signature of a file', blobVerifyOptions, ({ blob = '', ...values }) =>
      act(async () => (await import('../verify/blob-verify.ts')).verifyBlobFile(blob, values as OptionValues, context))(),
    )
    .command('inspect [signature]', 'show what the signature in a file says', blobInspectOptions, ({ signature = '', ...values }) =>
      act(async () => (await import('../inspect/blob-inspect.ts')).inspectBlobSignature(signature, values as OptionValues, context))(),
    )
    .command('policy', 'the trust policy for blobs', (it) => blobPolicyCommands(it, context, act));
}

function blobSignOptions(parser: Argv) {
  return addOptions(parser, blobSignTable)
    .positional('blob', { type: 'string', describe: 'path of the file' })
    .example('$0 blob sign --key release app.tar.gz', 'the signature is app.tar.gz.jws.sig, in the working directory');
}

function blobInspectOptions(parser: Argv) {
  const positional = { type: 'string', describe: 'path of the signature file' } as const;
  return addOptions(parser, blobInspectTable)
    .positional('signature', positional)
    .example('$0 blob inspect app.tar.gz.jws.sig', 'as a tree');
}
