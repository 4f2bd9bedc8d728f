// What the last word of an unfinished command line may become.
import type { ToolContext } from '../context.ts';
import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from '../line/definition.ts';
import { optionOf, type Reading, readLine } from '../line/reading.ts';
import { printable } from '../voice/fields.ts';
import { type Asked, type Completion, commandNames, fromSource, nothing } from './candidates.ts';
import type { Name } from './known-names.ts';
import { sourceOfArgument, sourceOfOption } from './sources.ts';

/** @param before the words after the program's name and before the one that is completed, which is `word` as far as it is typed */
export async function complete(
  before: readonly string[],
  word: string,
  root: CommandDefinition,
  context: ToolContext,
): Promise<Completion> {
  const found = await possible({ reading: readLine(before, root), word, root, context });
  // What cannot be typed in a line is not offered.
  const candidates = found.candidates.filter(({ value }) => value !== '' && value.startsWith(word) && printable(value) === value);
  return {
    ...found,
    open: found.open && candidates.length > 0,
    candidates: [...new Map(candidates.map((one) => [one.value, one])).values()],
  };
}

async function possible(asked: Asked): Promise<Completion> {
  const { reading, word } = asked;
  const { command, unanswered, ended } = reading;
  if (unanswered !== undefined) return valuesOf(unanswered, asked);
  if (ended || !word.startsWith('-')) return wordsFor(asked);
  const option = word.includes('=') ? optionOf(word, command) : undefined;
  if (option === undefined) return word.includes('=') ? nothing : { ...nothing, candidates: optionNames(reading) };
  const start = word.slice(0, word.indexOf('=') + 1);
  const values = await valuesOf(option, { ...asked, word: word.slice(start.length) });
  return { ...values, candidates: values.candidates.map((one) => ({ ...one, value: start + one.value })) };
}

/** Those that can still be given. */
function optionNames({ command, given }: Reading): readonly Name[] {
  const excluded = command.apart.filter((pair) => pair.some((name) => given.has(name))).flat();
  const left = command.options.filter(({ name, hidden, repeats }) => !hidden && (repeats || !(given.has(name) || excluded.includes(name))));
  return [...left.map(({ name, describe }) => ({ value: `--${name}`, says: describe })), { value: '--help', says: 'show help' }];
}

async function wordsFor(asked: Asked): Promise<Completion> {
  const { command, words } = asked.reading;
  if (!command.runs) return words.length === 0 ? { ...nothing, candidates: commandNames(command) } : nothing;
  const argument: ArgumentDefinition | undefined = command.arguments[words.length] ?? command.arguments.find(({ many }) => many);
  if (argument === undefined) return nothing;
  if (argument.values.length > 0) return listed(argument.values);
  return fromSource(sourceOfArgument(command.path, argument.name) ?? 'nothing', asked);
}

async function valuesOf(option: OptionDefinition, asked: Asked): Promise<Completion> {
  if (option.kind === 'flag') return listed(['true', 'false']);
  if (option.kind === 'number') return nothing;
  return option.values.length > 0 ? listed(option.values) : fromSource(sourceOfOption(option.name) ?? 'nothing', asked);
}

function listed(values: readonly string[]): Completion {
  return { ...nothing, candidates: values.map((value) => ({ value, says: '' })) };
}
