// A command line read against the definition of the commands, for who completes it, corrects it or runs it.
import type { CommandDefinition, OptionDefinition } from './definition.ts';

export interface Reading {
  /** The command that the line names, as far as it names one. */
  readonly command: CommandDefinition;
  /** The words that are neither commands nor options. */
  readonly words: readonly string[];
  /** What each option was given, by name, in order; flags have `true` or `false`. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** Options that the command does not have, as they are written, without a value. */
  readonly strangers: readonly string[];
  /** A flag that was given something else than `true` or `false`. */
  readonly misread: readonly string[];
  /** The option at the end of the line whose value is missing. */
  readonly unanswered: OptionDefinition | undefined;
  /** The option whose value is missing, wherever that is. */
  readonly forgotten: OptionDefinition | undefined;
  /** Whether `--` came, after which nothing is an option. */
  readonly ended: boolean;
  readonly helpWanted: boolean;
}

interface Draft {
  command: CommandDefinition;
  readonly words: string[];
  readonly given: Map<string, string[]>;
  readonly strangers: string[];
  readonly misread: string[];
  unanswered: OptionDefinition | undefined;
  forgotten: OptionDefinition | undefined;
  ended: boolean;
  helpWanted: boolean;
}

/**
 * Reads a line as Go's programs do: an option takes the word after it or what follows its `=`, a flag only what follows its `=`. A word that
 * is an option of the command is never taken for another one's value: one was forgotten.
 */
export function readLine(words: readonly string[], root: CommandDefinition): Reading {
  const draft: Draft = {
    command: root,
    words: [],
    given: new Map(),
    strangers: [],
    misread: [],
    unanswered: undefined,
    forgotten: undefined,
    ended: false,
    helpWanted: false,
  };
  for (const word of words) take(word, draft);
  draft.forgotten ??= draft.unanswered;
  return draft;
}

/** The command of that name or alias. */
export function commandNamed(name: string, { commands }: CommandDefinition): CommandDefinition | undefined {
  return commands.find((one) => one.name === name || one.aliases.includes(name));
}

/** The option that a word names: `--name`, `--name=value`, `-n` or `-n=value`. */
export function optionOf(word: string, { options }: CommandDefinition): OptionDefinition | undefined {
  const [, dashes, name] = /^(--?)([^=]+)/s.exec(word) ?? [];
  return options.find((one) => (dashes === '--' ? one.name === name : dashes === '-' && one.alias === name));
}

function take(word: string, draft: Draft): void {
  const waiting = draft.unanswered;
  const looksLikeOption = !draft.ended && word.startsWith('-') && word !== '-';
  const option = looksLikeOption ? optionOf(word, draft.command) : undefined;
  if (looksLikeOption && (waiting === undefined || option !== undefined || isHelp(word))) takeOption(word, option, draft);
  else if (waiting === undefined) takeWord(word, draft);
  else {
    draft.unanswered = undefined;
    give(waiting, word, draft);
  }
}

function takeWord(word: string, draft: Draft): void {
  const command = draft.ended || draft.words.length > 0 ? undefined : commandNamed(word, draft.command);
  if (command === undefined) draft.words.push(word);
  else draft.command = command;
}

function takeOption(word: string, option: OptionDefinition | undefined, draft: Draft): void {
  draft.forgotten ??= draft.unanswered;
  draft.unanswered = undefined;
  if (word === '--') draft.ended = true;
  else if (isHelp(word)) draft.helpWanted = true;
  else if (option === undefined) takeStranger(word, draft);
  else if (word.includes('=')) give(option, word.slice(word.indexOf('=') + 1), draft);
  else if (option.kind === 'flag') give(option, 'true', draft);
  else draft.unanswered = option;
}

/** yargs has always understood `--no-` before a flag; what else is not known is a stranger. */
function takeStranger(word: string, draft: Draft): void {
  const negated = word.startsWith('--no-') ? optionOf(`--${word.slice('--no-'.length)}`, draft.command) : undefined;
  if (negated?.kind === 'flag') give(negated, 'false', draft);
  else draft.strangers.push(word.split('=', 1)[0] ?? word);
}

function give(option: OptionDefinition, value: string, draft: Draft): void {
  if (option.kind === 'flag' && value !== 'true' && value !== 'false') draft.misread.push(option.name);
  draft.given.set(option.name, [...(draft.given.get(option.name) ?? []), value]);
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}
