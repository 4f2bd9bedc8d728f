// The options of the commands that are about artifacts in registries and layouts, spelled as notation spells them.
import type { Argv } from 'yargs';
import { NotationError } from '../core/error.ts';
import { type Verbosity, verbosityOptions } from './diagnostics.ts';
import { registryOptions } from './options.ts';
import type { RegistryWish } from './registry.ts';

/** How to reach what a reference names. */
export interface ArtifactWish extends RegistryWish, Verbosity {
  /** Whether references name OCI layouts: folders. */
  readonly ociLayout: boolean;
}

/** `--oci-layout`, the options of registries, and of what is said of the way there. */
export function artifactOptions<T>(parser: Argv<T>) {
  return verbosityOptions(registryOptions(parser)).option('oci-layout', {
    type: 'boolean',
    default: false,
    describe: 'the reference names an OCI layout: <file_path>:<tag> or <file_path>@<digest>',
  });
}

/** `--max-signatures`. */
export function maxSignaturesOption<T>(parser: Argv<T>) {
  return parser.option('max-signatures', {
    type: 'number',
    requiresArg: true,
    default: 100,
    describe: 'maximum number of signatures to evaluate or examine',
    coerce: checkMaximum,
  });
}

/** What the parsed options of `artifactOptions` wish. */
export function artifactWish(
  args: Verbosity & {
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly 'insecure-registry': boolean;
    readonly 'oci-layout': boolean;
  },
): ArtifactWish {
  const { username, password, debug, verbose } = args;
  return { username, password, debug, verbose, insecureRegistry: args['insecure-registry'], ociLayout: args['oci-layout'] };
}

/** The reference that a command was given. @throws NotationError `REQUEST` when there is none, in notation's words */
export function requireReference(reference: string | undefined, command: string): string {
  if (reference !== undefined && reference !== '') return reference;
  throw new NotationError('REQUEST', 'missing reference to the artifact', {
    hint: `use notation-ts-kms ${command} --help to see what parameters are required`,
  });
}

function checkMaximum(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new NotationError('REQUEST', `max-signatures value ${String(value)} must be a positive number`);
}
