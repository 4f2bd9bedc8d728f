// What `doctor` is asked to look at.
import type { Argv } from 'yargs';
import type { ArtifactWish } from '../artifact/registry-options.ts';
import { artifactRows, artifactWish } from '../artifact/registry-options.ts';
import type { ToolContext } from '../context.ts';
import { addOptions, type OptionTable, type OptionValues, textIn, textsIn } from '../line/option.ts';
import { parsePairs } from '../line/pairs.ts';

export interface DoctorWish extends ArtifactWish {
  readonly id: string | undefined;
  /** Name in notation's key list. */
  readonly key: string | undefined;
  readonly pluginConfig: ReadonlyMap<string, string>;
  readonly reference: string | undefined;
  /** For layouts: the repository whose trust policy statement applies. */
  readonly scope: string | undefined;
  readonly output: 'text' | 'json';
}

const doctorTable: OptionTable = {
  rows: [
    { name: 'id', kind: 'text', describe: 'key id, as for notation sign --id' },
    {
      name: 'key',
      alias: 'k',
      kind: 'text',
      describe: "name of a key in notation's key list; its default key when neither --key nor --id is given",
    },
    { name: 'plugin-config', kind: 'texts', describe: 'name=value of an option of the plugin; once for each' },
    { name: 'scope', kind: 'text', describe: 'with --oci-layout: the registry/repository whose trust policy statement applies' },
    ...artifactRows,
    { name: 'output', alias: 'o', kind: 'text', choices: ['text', 'json'], default: 'text', describe: 'text, or one JSON object' },
  ],
  apart: [['key', 'id']],
};

/** `doctor` for yargs. */
export function doctorOptions(parser: Argv) {
  return addOptions(parser, doctorTable)
    .positional('reference', { type: 'string', describe: 'registry/repository@digest, or :tag; path@digest with --oci-layout' })
    .example('$0 doctor', 'this machine, and the default key')
    .example('$0 doctor --id ./release.key --plugin-config cert_chain=release.crt', 'a key, and the way to it')
    .example('$0 doctor registry.example.com/app@sha256:…', 'an artifact, its registry, and the trust policy for it');
}

/** @throws NotationError `REQUEST` */
export function doctorWish(reference: string | undefined, values: OptionValues, context: ToolContext): DoctorWish {
  return {
    ...artifactWish(values, context),
    id: textIn(values, 'id'),
    key: textIn(values, 'key'),
    pluginConfig: parsePairs('plugin-config', textsIn(values, 'plugin-config')),
    reference,
    scope: textIn(values, 'scope'),
    output: values['output'] === 'json' ? 'json' : 'text',
  };
}
