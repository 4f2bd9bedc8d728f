// Options as data, so that two readers agree on them: yargs, which explains and complains, and a plain one, which is there at once.
import type { Argv } from 'yargs';
import { text, texts } from './options.ts';

/**
 * One option. `text` is given at most once, `texts` any number of times. `group` is the heading that help shows it under. Of `choices` the
 * line must have one; of `values` too, but it is for the command to say so, in notation's words.
 */
export type OptionRow = {
  readonly name: string;
  readonly alias?: string;
  readonly hidden?: true;
  readonly describe: string;
  readonly group?: string;
} & (
  | { readonly kind: 'text'; readonly default?: string; readonly choices?: readonly string[]; readonly values?: readonly string[] }
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
        ...(row.group !== undefined && { group: row.group }),
      }),
    parser,
  );
  for (const [one, other] of apart) taught.conflicts(one, other);
  for (const [one, other] of together) taught.implies(one, other);
  return taught;
}

function toYargs(row: OptionRow) {
  const { describe } = row;
  if (row.kind === 'flag') return { type: 'boolean', default: row.default, describe } as const;
  if (row.kind === 'number') return { type: 'number', requiresArg: true, default: row.default, describe } as const;
  if (row.kind === 'texts') return texts(describe);
  const { choices, values } = row;
  return {
    ...text(row.name, describe, values),
    ...(row.default !== undefined && { default: row.default }),
    ...(choices !== undefined && { choices }),
  } as const;
}
