// Options that several commands have, spelled as notation spells them where it has them.
import type { Argv } from 'yargs';
import { algorithms } from '../../core/algorithm.ts';
import { NotationError } from '../../core/error.ts';

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

/** Words that a command takes. How many it must have is for `onlyWord` to say, in notation's words; `usage` is for people. */
export function words<T, N extends string>(parser: Argv<T>, name: N, describe: string, usage: string) {
  const nothing: readonly string[] = [];
  return parser
    .usage(`$0 ${usage}`)
    .positional(name, { type: 'string', array: true, default: nothing, defaultDescription: 'none', describe });
}

/** The only word. @throws NotationError `REQUEST` when there is none, with `missing`, or more, with `tooMany` */
export function onlyWord(found: readonly string[], missing: string, tooMany = missing): string {
  const [word, second] = found;
  if (word !== undefined && second === undefined) return word;
  throw new NotationError('REQUEST', word === undefined ? missing : tooMany, { hint: 'the command with --help shows its usage' });
}

/** The values of flags that a command cannot do without. @throws NotationError `REQUEST` with the flags that are not given */
export function requireFlags<N extends string>(flags: Readonly<Record<N, string | undefined>>): Readonly<Record<N, string>> {
  const absent = Object.keys(flags).filter((name) => flags[name as N] === undefined);
  if (absent.length === 0) return flags as Readonly<Record<N, string>>;
  throw new NotationError('REQUEST', `required flag(s) ${absent.map((name) => JSON.stringify(name)).join(', ')} not set`, {
    hint: `give ${absent.map((name) => `--${name}`).join(' and ')}`,
  });
}

/** The name and options of a throw-away key. */
export function testOptions<T>(parser: Argv<T>, command: string) {
  return words(parser, 'name', 'name of the key and common name of the certificate', `${command} <name>`)
    .option(
      'key-spec',
      text(
        'key-spec',
        'kind of the key',
        algorithms.map(({ keySpec }) => keySpec),
      ),
    )
    .option('default', { type: 'boolean', default: false, describe: 'make it the default signing key' });
}

/** `--username`, `--password` and `--insecure-registry`. */
export function registryOptions<T>(parser: Argv<T>) {
  return parser
    .option('username', { alias: 'u', ...text('username', 'user name for the registry (default: $NOTATION_USERNAME)') })
    .option('password', { alias: 'p', ...text('password', 'password for the registry (default: $NOTATION_PASSWORD)') })
    .option('insecure-registry', { type: 'boolean', default: false, describe: 'use plain HTTP; for tests only' });
}

/**
 * An option that takes one text, once.
 * @param values what it may be, for help and completion; that it is one of them is for the command to check, in notation's words
 */
export function text(name: string, describe: string, values?: readonly string[]) {
  const coerce = (value: unknown) => once(name, value);
  return { type: 'string', requiresArg: true, describe, coerce, ...(values !== undefined && { values }) } as const;
}

/** An option that takes a text each time it is given. */
export function texts(describe: string) {
  return { type: 'string', requiresArg: true, describe, repeats: true, coerce: (value: unknown) => [value].flat().map(String) } as const;
}

/** `--plugin-config`, as often as there are options. */
export function pluginConfigOption<T>(parser: Argv<T>) {
  const describe = 'name=value of an option of the plugin, as for notation sign; once for each';
  return parser.option('plugin-config', texts(describe));
}

function once(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new NotationError('REQUEST', `${name}: expected it once, found it several times`);
}
