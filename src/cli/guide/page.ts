// What there is to say of a command, in the order in which it is said: help prints it, and the man page has the same.
import type { ArgumentDefinition, CommandDefinition, Example, OptionDefinition } from '../line/definition.ts';
import { spelled } from '../line/usage-check.ts';

/** A heading and what stands under it: each term with what is said of it. */
export interface Section {
  readonly heading: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly term: string;
  readonly says: string;
}

export interface Page {
  /** The command's whole name, as it is typed. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly purpose: string;
  readonly usage: string;
  readonly sections: readonly Section[];
  readonly examples: readonly Example[];
  readonly notes: readonly string[];
}

/** The page of one command. */
export function pageOf(command: CommandDefinition): Page {
  const { aliases, purpose, examples, notes } = command;
  return { name: spelled(command), aliases, purpose, usage: usageOf(command), sections: sectionsOf(command), examples, notes };
}

/** Commands, arguments, and options by group; those without a group are the first, and help comes last of all. */
function sectionsOf(command: CommandDefinition): readonly Section[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  const groups = [...new Set(options.map(({ group }) => group))].filter((group) => group !== undefined);
  const ungrouped = options.filter(({ group }) => group === undefined);
  return [
    { heading: 'Commands', rows: command.commands.map(commandRow) },
    { heading: 'Arguments', rows: command.arguments.map(argumentRow) },
    { heading: 'Options', rows: [...ungrouped.map(optionRow), helpRow] },
    ...groups.map((heading) => ({ heading, rows: options.filter(({ group }) => group === heading).map(optionRow) })),
  ].filter(({ rows }) => rows.length > 0);
}

const helpRow: Row = { term: '-h, --help', says: 'show this help' };

function usageOf(command: CommandDefinition): string {
  const name = spelled(command);
  if (!command.runs) return `${name} <command>`;
  if (command.usage !== undefined) return `${name.split(' ', 1)[0]} ${command.usage}`;
  const required = command.options.filter((option) => option.required).map((option) => `--${option.name} ${placeholder(option)}`);
  const options = command.options.length === 0 ? [] : ['[options]'];
  return [name, ...required, ...options, ...command.arguments.map(spelledArgument)].join(' ');
}

function commandRow({ name, aliases, purpose }: CommandDefinition): Row {
  return { term: [name, ...aliases].join(', '), says: purpose };
}

function argumentRow(argument: ArgumentDefinition): Row {
  return { term: spelledArgument(argument), says: argument.describe };
}

function spelledArgument({ name, required, many }: ArgumentDefinition): string {
  const word = `<${name}>${many ? '...' : ''}`;
  return required ? word : `[${word}]`;
}

function optionRow(option: OptionDefinition): Row {
  const { name, alias, describe, values, repeats } = option;
  const value = option.kind === 'flag' ? '' : ` ${placeholder(option)}`;
  const listed = values.length > 0 && placeholder(option) === '<text>' ? [`one of ${values.join(', ')}`] : [];
  const facts = [
    ...listed,
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(option.required ? ['required'] : []),
  ];
  const says = facts.length === 0 ? describe : `${describe} (${facts.join('; ')})`;
  return { term: `${alias === undefined ? '    ' : `-${alias}, `}--${name}${value}${repeats ? '...' : ''}`, says };
}

/** Few values are named where the value goes. */
function placeholder({ kind, values }: OptionDefinition): string {
  const all = values.join('|');
  if (all !== '' && all.length <= 24) return all;
  return kind === 'number' ? '<number>' : '<text>';
}
