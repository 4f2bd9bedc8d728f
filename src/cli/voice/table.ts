import { printable } from './fields.ts';

const padding = 3;

/** Rows in columns as notation prints them: every cell, the last too, is filled up to its column's width and three spaces more. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => lengthOf(row[column] ?? ''))) + padding);
  return shown.map((row) => `${row.map((cell, column) => fill(cell, widths[column] ?? 0)).join('')}\n`).join('');
}

function fill(cell: string, width: number): string {
  return cell + ' '.repeat(width - lengthOf(cell));
}

/** Characters as Go counts them. */
function lengthOf(text: string): number {
  return [...text].length;
}
