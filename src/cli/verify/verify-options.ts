// The options of `verify` and `blob verify`, as notation spells them; --offline and those for many references are ours.
import type { Argv } from 'yargs';
import { artifactRows, batchRows, maxSignaturesRow } from '../artifact/registry-options.ts';
import { addOptions, type OptionRow, type OptionTable } from '../line/option.ts';
import { pluginTimeoutRow } from '../plugin/bounds.ts';
import { verbosityRows } from '../voice/diagnostics.ts';

const wishRows: readonly OptionRow[] = [
  { name: 'user-metadata', alias: 'm', kind: 'texts', describe: 'key=value that must be signed with it; once for each' },
  { name: 'plugin-config', kind: 'texts', describe: 'name=value of an option of a verification plugin; once for each' },
  pluginTimeoutRow,
  {
    name: 'offline',
    kind: 'flag',
    default: false,
    describe: 'ask no network: what only the network tells about revocation is then unknown, and fails where the trust policy enforces it',
  },
];

const layoutRows: readonly OptionRow[] = [
  { name: 'scope', kind: 'text', describe: 'with --oci-layout: the registry/repository whose trust policy statement applies' },
  maxSignaturesRow,
];

const blobRows: readonly OptionRow[] = [
  { name: 'signature', alias: 's', kind: 'text', describe: 'path of the signature file: {blob}.jws.sig or {blob}.cose.sig' },
  { name: 'media-type', kind: 'text', describe: 'media type that must be signed with it; any when absent' },
  { name: 'policy-name', kind: 'text', describe: 'name of the trust policy statement; the global one when absent' },
];

/** Those of both, for a command about artifacts and blobs that tells one verdict. */
export const verdictRows: readonly OptionRow[] = [...artifactRows, ...layoutRows, ...blobRows, ...wishRows];

/** Those of `verify`. */
export const verifyTable: OptionTable = {
  rows: [...artifactRows, ...layoutRows, ...wishRows, ...batchRows('verified')],
};

/** Those of `blob verify`. */
const blobVerifyTable: OptionTable = {
  rows: [
    ...verbosityRows,
    ...blobRows,
    ...wishRows,
    { name: 'output', alias: 'o', kind: 'text', choices: ['text', 'json'], default: 'text', describe: 'text, or one JSON object' },
  ],
};

/** `verify` for yargs. */
export function verifyOptions(parser: Argv) {
  const positional = {
    type: 'string',
    array: true,
    describe: 'registry/repository@digest, or :tag; folder:tag or folder@digest with --oci-layout',
  } as const;
  return addOptions(parser, verifyTable)
    .positional('references', positional)
    .example('$0 verify registry.example.com/app@sha256:…', 'one artifact')
    .example('$0 verify --output json registry.example.com/app@sha256:…', 'the same, with the evidence for every check')
    .example('$0 verify --oci-layout --scope registry.example.com/app ./layout:v1', 'in an OCI layout')
    .example('$0 verify --from-file references.txt', 'many artifacts');
}

/** `blob verify` for yargs. */
export function blobVerifyOptions(parser: Argv) {
  return addOptions(parser, blobVerifyTable)
    .positional('blob', { type: 'string', describe: 'path of the file' })
    .example('$0 blob verify --signature app.tar.gz.jws.sig app.tar.gz', 'one file');
}
