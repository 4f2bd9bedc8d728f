// What is wrong with a command line, in one sentence, and what was probably meant. A guess is never run.
import { NotationError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from './definition.ts';
import type { Reading } from './reading.ts';

const program = 'notation-ts-kms';

/** Checks that a command can be run as it was written. @throws NotationError `REQUEST` with the first thing that is wrong */
export function checkUsage(reading: Reading): void {
  const { command } = reading;
  if (!command.runs) checkKnown(reading);
  checkOptionNames(reading);
  for (const option of command.options) checkValues(option, reading);
  checkPairs(reading);
  for (const option of command.options) checkThere(option, reading);
  checkWords(reading);
}

/** The command's name as it is typed: `notation-ts-kms key add`. */
export function spelled({ path }: CommandDefinition): string {
  return [program, ...path].join(' ');
}

/** Checks that every word is a command. @throws NotationError `REQUEST` */
export function checkKnown({ command, words: [word] }: Reading): void {
  if (word === undefined) return;
  const names = command.commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  throw wrong(command, `unknown command ${JSON.stringify(word)}`, nearest(word, names), command.path);
}

function checkOptionNames({ command, strangers }: Reading): void {
  const [stranger] = strangers;
  if (stranger === undefined) return;
  const known = [...command.options.filter(({ hidden }) => !hidden).map(({ name }) => `--${name}`), '--help'];
  // A letter is near to every letter.
  const meant = stranger.startsWith('--') || stranger.length > 2 ? nearest(stranger.replace(/^--?/, '--'), known) : undefined;
  throw wrong(command, `unknown option ${stranger}`, meant);
}

function checkValues(option: OptionDefinition, { command, given, forgotten, misread }: Reading): void {
  const flag = `--${option.name}`;
  if (forgotten?.name === option.name) throw wrong(command, `${flag}: expected a value, found none`, undefined);
  const values = given.get(option.name) ?? [];
  if (misread.includes(option.name))
    throw wrong(command, `${flag}: expected true, false or nothing, found ${quoted(values.at(-1))}`, undefined);
  if (values.length > 1 && !option.repeats && option.kind !== 'flag')
    throw wrong(command, `${flag}: expected it once, found it several times`, undefined);
  const bad = values.find((value) => !isAllowed(value, option));
  if (bad === undefined) return;
  const expected = option.kind === 'number' ? 'a number' : inWords(option.values);
  throw wrong(command, `${flag}: expected ${expected}, found ${quoted(bad)}`, nearest(bad, option.values));
}

function isAllowed(value: string, { kind, closed, values }: OptionDefinition): boolean {
  if (kind === 'number') return value.trim() !== '' && !Number.isNaN(Number(value));
  return !closed || values.includes(value);
}

function checkPairs({ command, given }: Reading): void {
  const both = command.apart.find((pair) => pair.every((name) => given.has(name)));
  if (both !== undefined) throw wrong(command, `expected --${both[0]} or --${both[1]}, found both`, undefined);
  const half = command.together.find(([one, other]) => given.has(one) && !given.has(other));
  if (half !== undefined) throw wrong(command, `--${half[0]} needs --${half[1]}, found none`, undefined);
}

function checkThere(option: OptionDefinition, { command, given }: Reading): void {
  if (!option.required || given.has(option.name)) return;
  throw wrong(command, `expected --${option.name}, found none`, undefined);
}

function checkWords({ command, words }: Reading): void {
  const missing = command.arguments.findIndex(({ required }, index) => required && words[index] === undefined);
  if (missing !== -1) throw wrong(command, `expected ${shown(command.arguments[missing])}, found none`, undefined);
  const extra = command.arguments.some(({ many }) => many) ? undefined : words[command.arguments.length];
  if (extra !== undefined) throw wrong(command, `unexpected argument ${quoted(extra)}`, undefined);
  // Only after -- can there be such words; no name of anything begins so, and a path can be written otherwise.
  const dashed = words.find((word) => word.startsWith('-') && word !== '-');
  if (dashed !== undefined) throw wrong(command, `expected an argument that does not begin with -, found ${quoted(dashed)}`, `./${dashed}`);
}

function shown(argument: ArgumentDefinition | undefined): string {
  return `<${argument?.name ?? ''}>`;
}

function wrong(command: CommandDefinition, problem: string, meant: string | undefined, before: readonly string[] = []): NotationError {
  const guess = meant === undefined ? '' : `did you mean ${[...before, meant].join(' ')}? `;
  return new NotationError('REQUEST', problem, { hint: `${guess}run ${spelled(command)} --help for usage` });
}

/** "text or json". */
function inWords(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}
