// The options of `sign` and `blob sign`, as notation spells them; those for many references are ours.
import type { Argv } from 'yargs';
import { artifactRows, batchRows } from '../artifact/registry-options.ts';
import { addOptions, type OptionRow, type OptionTable } from '../line/option.ts';
import { pluginTimeoutRow } from '../plugin/bounds.ts';

const [key, signature, timestamp] = ['Key', 'Signature', 'Timestamp'];

/** Which key, which format, for how long, with what metadata, witnessed by whom. */
export const signerTable: OptionTable = {
  rows: [
    {
      name: 'key',
      alias: 'k',
      kind: 'text',
      group: key,
      describe: "name of a key in notation's key list; the default key when neither --key nor --id is given",
    },
    { name: 'id', kind: 'text', group: key, describe: 'key id, instead of a name in the key list' },
    { name: 'plugin', kind: 'text', group: key, describe: 'plugin that knows the id: ts-kms, which is this program, or another one' },
    { name: 'plugin-config', kind: 'texts', group: key, describe: 'name=value of an option of the plugin; once for each' },
    { ...pluginTimeoutRow, group: key },
    {
      name: 'signature-format',
      kind: 'text',
      values: ['jws', 'cose'],
      group: signature,
      describe: "envelope format; what notation's config.json says when absent, or else jws",
    },
    {
      name: 'expiry',
      alias: 'e',
      kind: 'text',
      group: signature,
      describe: 'how long the signature is good for, as 24h or 1h30m; for ever when absent',
    },
    {
      name: 'user-metadata',
      alias: 'm',
      kind: 'texts',
      group: signature,
      describe: 'key=value that is signed with the artifact; once for each',
    },
    { name: 'timestamp-url', kind: 'text', group: timestamp, describe: 'RFC 3161 timestamp authority that witnesses the signature' },
    { name: 'timestamp-root-cert', kind: 'text', group: timestamp, describe: 'file with the root certificate of that authority' },
  ],
  apart: [
    ['key', 'id'],
    ['key', 'plugin'],
  ],
  together: [
    ['timestamp-url', 'timestamp-root-cert'],
    ['timestamp-root-cert', 'timestamp-url'],
    ['plugin', 'id'],
  ],
};

const many: readonly OptionRow[] = [
  {
    name: 'force-referrers-tag',
    kind: 'flag',
    default: true,
    describe: 'keep the index under the referrers tag even where the registry has the referrers API',
  },
  ...batchRows('signed'),
];

/** Those of `sign`. */
export const signTable: OptionTable = { ...signerTable, rows: [...signerTable.rows, ...artifactRows, ...many] };

/** `sign` for yargs. */
export function signOptions(parser: Argv) {
  const positional = {
    type: 'string',
    array: true,
    describe: 'registry/repository@digest, or :tag; folder:tag or folder@digest with --oci-layout',
  } as const;
  return addOptions(parser, signTable)
    .positional('references', positional)
    .example('$0 sign --id ./release.key registry.example.com/app@sha256:…', 'with a key in a file, whose certificates lie beside it')
    .example(
      '$0 sign --key release --signature-format cose --expiry 720h registry.example.com/app@sha256:…',
      'with a key of the key list, as COSE, for 30 days',
    )
    .example('$0 sign --key release --oci-layout ./layout:v1', 'in an OCI layout, without a network')
    .example('$0 sign --key release --from-file references.txt', 'many artifacts, with the key opened once');
}
