// The options of the commands that are about artifacts in registries and layouts, spelled as notation spells them.
import { NotationError } from '../../core/error.ts';
import { meantOf } from '../../core/nearest.ts';
import type { ToolContext } from '../context.ts';
import { missing } from '../line/missing.ts';
import { type OptionRow, type OptionValues, textIn } from '../line/option.ts';
import { type Verbosity, verbosityRows } from '../voice/diagnostics.ts';
import { printable } from '../voice/fields.ts';
import type { RegistryWish } from './registry.ts';

/** How to reach what a reference names. */
export interface ArtifactWish extends RegistryWish, Verbosity {
  /** Whether references name OCI layouts: folders. */
  readonly ociLayout: boolean;
}

const group = 'Registries and layouts';

/** `--oci-layout`, the options of registries, and of what is said of the way there. */
export const artifactRows: readonly OptionRow[] = [
  ...verbosityRows,
  { name: 'username', alias: 'u', kind: 'text', group, describe: 'user name for registry operations; $NOTATION_USERNAME when absent' },
  { name: 'password', alias: 'p', kind: 'text', group, describe: 'password for registry operations; $NOTATION_PASSWORD when absent' },
  { name: 'insecure-registry', kind: 'flag', default: false, group, describe: 'use plain HTTP for registries' },
  {
    name: 'oci-layout',
    kind: 'flag',
    default: false,
    group,
    describe: 'the reference names an OCI layout: <file_path>:<tag> or <file_path>@<digest>',
  },
  { name: 'allow-referrers-api', kind: 'flag', default: false, hidden: true, describe: 'of older versions of notation; means nothing' },
];

/** `--max-signatures`. */
export const maxSignaturesRow: OptionRow = {
  name: 'max-signatures',
  kind: 'number',
  default: 100,
  describe: 'maximum number of signatures to evaluate or examine',
};

/** `--from-file`, `--concurrency` and `--output`. @param done as in "how many references are signed at once" */
export function batchRows(done: string): readonly OptionRow[] {
  const group = 'Many artifacts';
  return [
    { name: 'from-file', kind: 'text', group, describe: 'file with more references, one a line; - for standard input' },
    { name: 'concurrency', kind: 'number', default: 16, group, describe: `how many references are ${done} at once` },
    { name: 'output', alias: 'o', kind: 'text', choices: ['text', 'json'], default: 'text', describe: 'text, or one JSON object a line' },
  ];
}

/** What the options of `artifactRows` wish; warns of one that means nothing any more. */
export function artifactWish(values: OptionValues, { error }: Pick<ToolContext, 'error'>): ArtifactWish {
  if (values['allow-referrers-api'] === true)
    error("Warning: flag '--allow-referrers-api' is deprecated and will be removed in future versions.\n");
  return {
    debug: values['debug'] === true,
    verbose: values['verbose'] === true,
    username: textIn(values, 'username'),
    password: textIn(values, 'password'),
    insecureRegistry: values['insecure-registry'] === true,
    ociLayout: values['oci-layout'] === true,
  };
}

/** The number of `--max-signatures`. @throws NotationError `REQUEST` */
export function maxSignaturesIn({ 'max-signatures': value }: OptionValues): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new NotationError('REQUEST', `max-signatures value ${String(value)} must be a positive number`);
}

/** The reference that a command was given; as in notation, more words say nothing. @throws NotationError `REQUEST` when there is none, in notation's words */
export function requireReference([reference]: readonly string[], command: string): string {
  if (reference !== undefined && reference !== '') return reference;
  throw missing('reference to the artifact', command);
}

/** The format that `--output` names. @throws NotationError `REQUEST`, in notation's words */
export function outputIn(values: OptionValues): 'text' | 'json' {
  const output = textIn(values, 'output') ?? '';
  if (output === 'text' || output === 'json') return output;
  throw new NotationError('REQUEST', `unrecognized output format ${printable(output)}`, { hint: meantOf(output, ['text', 'json']) });
}
