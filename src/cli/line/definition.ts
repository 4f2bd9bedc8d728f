// The commands as they are registered with yargs, as values: help, the man page, completion and the check of a line read these.
import type { Argv } from 'yargs';

/** One command: what is registered under one name. */
export interface CommandDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The names from the program's first argument to this command; empty for the program itself. */
  readonly path: readonly string[];
  readonly purpose: string;
  /** Whether it does something by itself; what does not has commands of its own. */
  readonly runs: boolean;
  /** What to write after the program's name, where that says more than the arguments do. */
  readonly usage: string | undefined;
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly commands: readonly CommandDefinition[];
  readonly examples: readonly Example[];
  readonly notes: readonly string[];
  /** Pairs of options that exclude each other. */
  readonly apart: readonly Pair[];
  /** Pairs of which the first wants the second. */
  readonly together: readonly Pair[];
}

export type Pair = readonly [string, string];

/** Words that are no options. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly required: boolean;
  /** Whether it stands for any number of words. */
  readonly many: boolean;
  readonly describe: string;
  readonly values: readonly string[];
}

export interface OptionDefinition {
  readonly name: string;
  readonly alias: string | undefined;
  readonly kind: 'flag' | 'number' | 'text';
  /** Whether it may be given any number of times. */
  readonly repeats: boolean;
  readonly required: boolean;
  readonly hidden: boolean;
  readonly describe: string;
  readonly default: string | undefined;
  /** All that it may be, where that is a list. */
  readonly values: readonly string[];
  /** Whether the line is refused for another value; otherwise the command says so itself, in notation's words. */
  readonly closed: boolean;
  /** Heading that help shows it under. */
  readonly group: string | undefined;
}

export interface Example {
  /** A whole command line. */
  readonly line: string;
  readonly says: string;
}

/** What a registration may say of an option: of what yargs knows, what is used here. */
interface OptionSaid {
  readonly type?: unknown;
  readonly alias?: unknown;
  readonly default?: unknown;
  readonly defaultDescription?: unknown;
  readonly choices?: readonly unknown[];
  /** This and the next are ours; yargs passes over them. */
  readonly values?: readonly string[];
  readonly repeats?: boolean;
  readonly describe?: unknown;
  readonly demandOption?: unknown;
  readonly hidden?: unknown;
  readonly group?: unknown;
}

const program = 'notation-ts-kms';
const purpose = 'sign and verify with keys in a KMS or in a local file, for notation (plugin "ts-kms") and by itself';

/**
 * Takes down what is registered. The registrations are handed a stand-in for yargs that has the methods of it that they use; nothing is
 * loaded, and no command runs.
 */
export function definitionOf(register: (parser: Argv) => unknown): CommandDefinition {
  return take({ name: program, aliases: [], path: [], purpose, runs: false, arguments: [] }, register);
}

/** A definition as long as it is being said. */
type Draft = { -readonly [K in keyof CommandDefinition]: CommandDefinition[K] };
type Register = (parser: Argv) => unknown;

function take(
  begun: Pick<CommandDefinition, 'name' | 'aliases' | 'path' | 'purpose' | 'runs' | 'arguments'>,
  register: Register,
): CommandDefinition {
  const draft: Draft = { ...begun, usage: undefined, options: [], commands: [], examples: [], notes: [], apart: [], together: [] };
  register(stenographer(draft));
  return draft;
}

/** A command below another. */
function takeBelow(
  path: readonly string[],
  spelling: string | readonly string[],
  purpose: string,
  register: Register,
  runs: boolean,
): CommandDefinition {
  const [first = '', ...others] = [spelling].flat();
  const name = firstWord(first);
  return take({ name, aliases: others.map(firstWord), path: [...path, name], purpose, runs, arguments: argumentsOf(first) }, register);
}

/** The stand-in for yargs. */
function stenographer(draft: Draft): Argv {
  const write =
    (change: (...words: never[]) => Partial<CommandDefinition>) =>
    (...words: unknown[]) => {
      Object.assign(draft, change(...(words as never[])));
      return parser;
    };
  const parser: unknown = {
    command: write((spelling: string | readonly string[], purpose: string | false, register?: Register, handler?: unknown) => {
      if (purpose === false) return {};
      const command = takeBelow(draft.path, spelling, purpose, register ?? (() => undefined), handler !== undefined);
      return { commands: [...draft.commands, command] };
    }),
    option: write((name: string, said: OptionSaid) => ({ options: [...draft.options, optionOf(name, said)] })),
    positional: write((name: string, said: OptionSaid) => ({
      arguments: draft.arguments.map((one) =>
        one.name === name ? { ...one, describe: text(said.describe), values: valuesOf(said) } : one,
      ),
    })),
    usage: write((usage: string) => ({ usage: usage.replace(/^\$0 /, '') })),
    example: write((line: string, says: string) => ({ examples: [...draft.examples, { line: line.replaceAll('$0', program), says }] })),
    epilogue: write((note: string) => ({ notes: [...draft.notes, note] })),
    conflicts: write((one: string, other: string) => ({ apart: [...draft.apart, [one, other]] })),
    implies: write((one: string, other: string) => ({ together: [...draft.together, [one, other]] })),
  };
  return parser as Argv;
}

/** The arguments in a command's spelling: `add <name> [path..]`. */
function argumentsOf(spelling: string): readonly ArgumentDefinition[] {
  return [...spelling.matchAll(/([<[])([\w-]+)(\.\.)?[>\]]/g)].map(([, bracket, name = '', dots]) => {
    return { name, required: bracket === '<', many: dots !== undefined, describe: '', values: [] };
  });
}

function optionOf(name: string, said: OptionSaid): OptionDefinition {
  const kind = said.type === 'boolean' ? 'flag' : said.type === 'number' ? 'number' : 'text';
  return {
    name,
    alias: typeof said.alias === 'string' ? said.alias : undefined,
    kind,
    repeats: said.repeats === true,
    required: said.demandOption === true,
    hidden: said.hidden === true,
    describe: text(said.describe),
    default: defaultOf(said),
    values: valuesOf(said),
    closed: said.choices !== undefined,
    group: typeof said.group === 'string' ? said.group : undefined,
  };
}

/** A flag that is off is as if it were not there. */
function defaultOf({ default: value, defaultDescription }: OptionSaid): string | undefined {
  if (typeof defaultDescription === 'string') return defaultDescription;
  return value === undefined || value === false || typeof value === 'object' ? undefined : String(value);
}

function valuesOf({ choices, values = [] }: OptionSaid): readonly string[] {
  return choices?.map(String) ?? values;
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
