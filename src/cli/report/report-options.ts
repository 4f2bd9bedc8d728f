// The options of `report`: those of `verify` and `blob verify`, and where the page goes.
import type { Argv } from 'yargs';
import { addOptions, type OptionTable } from '../line/option.ts';
import { verdictRows } from '../verify/verify-options.ts';

const artifactOptions = ['oci-layout', 'scope', 'username', 'password', 'insecure-registry', 'allow-referrers-api'] as const;
const blobOptions = ['media-type', 'policy-name'] as const;

const reportTable: OptionTable = {
  rows: [
    ...verdictRows,
    { name: 'output', alias: 'o', kind: 'text', describe: 'HTML file to write, whole or not at all; - for standard output' },
    { name: 'force', kind: 'flag', default: false, describe: 'replace the file when there is one' },
  ],
  together: blobOptions.map((name) => [name, 'signature'] as const),
};

/** What is of artifacts only, and so of no use with `--signature`. */
export const ofArtifactsOnly: readonly string[] = artifactOptions;

/** `report` for yargs. */
export function reportOptions(parser: Argv) {
  const positional = {
    type: 'string',
    describe: 'registry/repository@digest, or :tag; path@digest with --oci-layout; a file with --signature',
  } as const;
  return addOptions(parser, reportTable)
    .positional('subject', positional)
    .example('$0 report registry.example.com/app@sha256:… -o report.html', 'one artifact')
    .example('$0 report --oci-layout --scope registry.example.com/app ./layout:v1 -o layout.html', 'in an OCI layout')
    .example('$0 report --signature app.tar.gz.jws.sig app.tar.gz -o file.html', 'one file');
}
