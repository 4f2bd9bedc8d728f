// Options that several commands have, spelled as notation spells them where it has them.
import type { Argv } from 'yargs';
import { supportedKeySpecs } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';

/** Hands a command's outcome to the exit code. */
export type Act = (command: () => Promise<number> | number) => () => Promise<void>;

/** `--id` and `--plugin-config`. */
export function keyOptions<T>(parser: Argv<T>) {
  return pluginConfigOption(parser).option('id', { ...text('id', 'key id, as for notation sign --id'), demandOption: true });
}

/** `--id` where a command can do without. */
export function keyOptionsIfAny<T>(parser: Argv<T>) {
  return pluginConfigOption(parser).option('id', text('id', 'key whose certificate the leaf must be'));
}

/** `--out` and `--force`. */
export function destinationOptions<T>(parser: Argv<T>) {
  return parser
    .option('out', text('out', 'file to write, whole or not at all; standard output when absent'))
    .option('force', { type: 'boolean', default: false, describe: 'replace the file when there is one' });
}

/** `--format`. */
export function formatOption<T>(parser: Argv<T>) {
  return parser.option('format', { choices: ['pem', 'der'] as const, default: 'pem' as const, describe: 'PEM, or the bytes of DER' });
}

/** The name and options of a throw-away key. */
export function testOptions<T>(parser: Argv<T>) {
  return parser
    .positional('name', { type: 'string', demandOption: true, describe: 'name of the key and common name of the certificate' })
    .option('key-spec', text('key-spec', supportedKeySpecs))
    .option('default', { type: 'boolean', default: false, describe: 'make it the default signing key' });
}

/** `--username`, `--password` and `--insecure-registry`. */
export function registryOptions<T>(parser: Argv<T>) {
  return parser
    .option('username', { alias: 'u', ...text('username', 'user name for the registry (default: $NOTATION_USERNAME)') })
    .option('password', { alias: 'p', ...text('password', 'password for the registry (default: $NOTATION_PASSWORD)') })
    .option('insecure-registry', { type: 'boolean', default: false, describe: 'use plain HTTP; for tests only' });
}

/** An option that takes one text, once. */
export function text(name: string, describe: string) {
  return { type: 'string', requiresArg: true, describe, coerce: (value: unknown) => once(name, value) } as const;
}

function pluginConfigOption<T>(parser: Argv<T>) {
  const describe = 'name=value of an option of the plugin, as for notation sign; once for each';
  return parser.option('plugin-config', {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown) => [value].flat().map(String),
  });
}

function once(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new NotationError('REQUEST', `${name}: expected it once, found it several times`);
}
