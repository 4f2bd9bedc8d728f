// Command lines that are plainly right, read in milliseconds less than yargs takes to load.
import type { OptionRow, OptionTable, OptionValues } from './option.ts';

export interface PlainLine {
  readonly words: readonly string[];
  readonly values: OptionValues;
}

/** Reads a command line as yargs would; undefined whenever there is anything to explain or to complain about. */
export function readPlainly(words: readonly string[], table: OptionTable): PlainLine | undefined {
  const read = split(words, table.rows);
  if (read === undefined || breaksRule(read.given, table)) return undefined;
  const values = table.rows.map((row) => [row.name, readValue(row, read.given.get(row.name) ?? [])] as const);
  return values.some(([, value]) => value === wrong)
    ? undefined
    : { words: read.words, values: Object.fromEntries(values) as OptionValues };
}

type Given = string | boolean;

interface Split {
  readonly words: readonly string[];
  /** What each option was given, in order. */
  readonly given: ReadonlyMap<string, readonly Given[]>;
}

/** Undefined at the first word that is not plainly a known option, its value, or no option at all. */
function split(words: readonly string[], rows: readonly OptionRow[]): Split | undefined {
  const [rest, given] = [[] as string[], new Map<string, Given[]>()];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) {
      rest.push(word);
      continue;
    }
    const [, name = '', said] = /^(--?[a-z][a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const row = rows.find((one) => name === `--${one.name}` || (one.alias !== undefined && name === `-${one.alias}`));
    if (row === undefined) return undefined;
    // Go's programs write --flag=false.
    const value = row.kind === 'flag' ? flagOf(said) : (said ?? words[++index]);
    if (value === undefined || (said === undefined && typeof value === 'string' && value.startsWith('-'))) return undefined;
    given.set(row.name, [...(given.get(row.name) ?? []), value]);
  }
  return { words: rest, given };
}

function flagOf(said: string | undefined): boolean | undefined {
  if (said === undefined) return true;
  return said === 'true' || said === 'false' ? said === 'true' : undefined;
}

const wrong = Symbol('not plainly right');

function readValue(row: OptionRow, given: readonly Given[]): OptionValues[string] | typeof wrong {
  if (row.kind === 'texts') return given.length === 0 ? undefined : given.map(String);
  const [value, another] = given;
  if (value === undefined) return row.default;
  if (another !== undefined || value === '') return wrong;
  if (row.kind === 'number') return /^\d+$/.test(String(value)) ? Number(value) : wrong;
  return row.kind === 'text' && row.choices !== undefined && !row.choices.includes(String(value)) ? wrong : value;
}

function breaksRule(given: Split['given'], { apart = [], together = [] }: OptionTable): boolean {
  return (
    apart.some((pair) => pair.every((name) => given.has(name))) || together.some(([one, other]) => given.has(one) && !given.has(other))
  );
}
