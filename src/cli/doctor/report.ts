// The findings for people, one line each, and for programs.

import { oneLine, printable, printableJson } from '../voice/fields.ts';
import type { Style } from '../voice/style.ts';
import type { Result } from './check.ts';
import type { Findings } from './examine.ts';

type Status = Result['status'];

/** How many of each there are. */
export type Counts = Readonly<Record<Status, number>>;

export function countResults(results: readonly Result[]): Counts {
  const count = (wanted: Status) => results.filter(({ status }) => status === wanted).length;
  return { ok: count('ok'), warning: count('warning'), failure: count('failure'), unknown: count('unknown') };
}

const titleWidth = 16;
const indent = '  ';

/** A section: its title, and a line for each finding, with what to do at its end. */
export function sectionText({ title, results }: Findings, style: Style): string {
  return `${style.strong(title)}\n${results.map((result) => lineOf(result, style)).join('')}`;
}

function lineOf({ title, status, message, hint }: Result, style: Style): string {
  const { symbols, good, bad, warning, faint } = style;
  const marks = {
    ok: [good, symbols.good],
    warning: [warning, symbols.warning],
    failure: [bad, symbols.bad],
    unknown: [faint, '-'],
  } as const;
  const [paint, mark] = marks[status];
  const width = Math.max(symbols.good.length, symbols.warning.length, symbols.bad.length);
  const text = printable(oneLine(message));
  const todo = hint === undefined ? '' : `; ${style.strong(printable(oneLine(hint)))}`;
  return `${indent}${paint(mark)}${' '.repeat(width - mark.length)}  ${title.padEnd(titleWidth)}${status === 'unknown' ? faint(text) : text}${todo}\n`;
}

/** The last line: `12 ok, 1 warning, 2 failures, 1 not checked`. */
export function countsText({ ok, warning, failure, unknown }: Counts): string {
  const parts = [`${ok} ok`, plural(warning, 'warning'), plural(failure, 'failure'), ...(unknown === 0 ? [] : [`${unknown} not checked`])];
  return `${parts.join(', ')}\n`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** All findings as one object. */
export function reportJson(results: readonly Result[]): string {
  const counts = countResults(results);
  const status = counts.failure > 0 ? 'failure' : counts.warning > 0 ? 'warning' : 'ok';
  const checks = results.map(({ id, status, message, hint, facts }) => ({
    id,
    status,
    message,
    ...(hint !== undefined && { hint }),
    facts: facts ?? {},
  }));
  return printableJson({ status, counts, checks }, 4);
}
