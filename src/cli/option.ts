// Options as data, so that two readers agree on them: yargs, which explains and complains, and a plain one, which is there at once.
import { parseArgs } from 'node:util';
import type { Argv } from 'yargs';
import { text } from './options.ts';

/** One option. `text` is given at most once, `texts` any number of times. */
export type OptionRow = { readonly name: string; readonly alias?: string; readonly hidden?: true; readonly describe: string } & (
  | { readonly kind: 'text'; readonly default?: string; readonly choices?: readonly string[] }
  | { readonly kind: 'texts' }
  | { readonly kind: 'flag'; readonly default: boolean }
  | { readonly kind: 'number'; readonly default: number }
);

export interface OptionTable {
  readonly rows: readonly OptionRow[];
  /** Pairs of options that exclude each other. */
  readonly apart?: readonly (readonly [string, string])[];
  /** Pairs of which the first wants the second. */
  readonly together?: readonly (readonly [string, string])[];
}

/** What was given or is the default, by name. */
export type OptionValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A command line that is plainly right. */
export interface PlainLine {
  readonly words: readonly string[];
  readonly values: OptionValues;
}

/** The value of an option of kind `text`. */
export function textIn(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option of kind `texts`. */
export function textsIn(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'object' ? value : [];
}

/** Teaches yargs the options. */
export function addOptions(parser: Argv, { rows, apart = [], together = [] }: OptionTable): Argv {
  const taught = rows.reduce(
    (known, row) =>
      known.option(row.name, {
        ...toYargs(row),
        ...(row.alias !== undefined && { alias: row.alias }),
        ...(row.hidden && { hidden: true }),
      }),
    parser,
  );
  for (const [one, other] of apart) taught.conflicts(one, other);
  for (const [one, other] of together) taught.implies(one, other);
  return taught;
}

/** Reads a command line in milliseconds less than yargs takes; undefined whenever there is anything to explain or to complain about. */
export function readPlainly(words: readonly string[], table: OptionTable): PlainLine | undefined {
  try {
    const options = Object.fromEntries(table.rows.map((row) => [row.name, toPlain(row)]));
    const { args, said } = takeSaidFlags(words, table);
    const { values: given, positionals } = parseArgs({ args, options, allowPositionals: true });
    const values = { ...given, ...said };
    const read = table.rows.map((row) => [row.name, readValue(row, values[row.name])] as const);
    const plain = Object.fromEntries(read);
    return breaksRule(values, table) || read.some(([, value]) => value === wrong)
      ? undefined
      : { words: positionals, values: plain as OptionValues };
  } catch {
    return undefined;
  }
}

/** `--flag=false`, as Go's programs write it, which parseArgs does not know. */
function takeSaidFlags(words: readonly string[], { rows }: OptionTable) {
  const isSaid = (word: string) =>
    rows.some(({ kind, name }) => kind === 'flag' && (word === `--${name}=true` || word === `--${name}=false`));
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const taken = words.filter((word, index) => index < end && isSaid(word));
  const said = Object.fromEntries(taken.map((word) => [word.slice(2, word.indexOf('=')), [word.endsWith('=true')]]));
  return { args: words.filter((word, index) => index >= end || !isSaid(word)), said };
}

function toYargs(row: OptionRow) {
  const { describe } = row;
  if (row.kind === 'flag') return { type: 'boolean', default: row.default, describe } as const;
  if (row.kind === 'number') return { type: 'number', requiresArg: true, default: row.default, describe } as const;
  if (row.kind === 'texts')
    return { type: 'string', requiresArg: true, describe, coerce: (value: unknown) => [value].flat().map(String) } as const;
  const { choices } = row;
  return {
    ...text(row.name, describe),
    ...(row.default !== undefined && { default: row.default }),
    ...(choices !== undefined && { choices }),
  } as const;
}

/** Everything may be repeated here, so that a repetition shows. */
function toPlain({ kind, alias }: OptionRow) {
  return { type: kind === 'flag' ? 'boolean' : 'string', multiple: true, ...(alias !== undefined && { short: alias }) } as const;
}

const wrong = Symbol('not plainly right');

function readValue(row: OptionRow, given: (string | boolean)[] | string | boolean | undefined): OptionValues[string] | typeof wrong {
  const values = given === undefined ? [] : [given].flat();
  if (row.kind === 'texts') return values.length === 0 ? undefined : values.map(String);
  const [value, another] = values;
  if (value === undefined) return row.default;
  if (another !== undefined || value === '') return wrong;
  if (row.kind === 'number') return /^\d+$/.test(String(value)) ? Number(value) : wrong;
  return row.kind === 'text' && row.choices !== undefined && !row.choices.includes(String(value)) ? wrong : value;
}

function breaksRule(given: Readonly<Record<string, unknown>>, { apart = [], together = [] }: OptionTable): boolean {
  const isGiven = (name: string) => given[name] !== undefined;
  return apart.some((pair) => pair.every(isGiven)) || together.some(([one, other]) => isGiven(one) && !isGiven(other));
}
