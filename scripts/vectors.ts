// Judges every case of other projects' vectors and prints a table. Exits with 1 when one is wrong.
// Names of groups as arguments: only those, with a line for each case that is not simply right.
import { casesOf, needsVectors } from '../test/support/third-party.ts';
import { questionsOf } from '../test/vectors/answer.ts';
import { groups } from '../test/vectors/groups.ts';
import { judge, type Result } from '../test/vectors/judge.ts';

const wanted = process.argv.slice(2);
const statuses = ['right', 'justified', 'later', 'wrong'] as const;

interface Row {
  readonly name: string;
  readonly cases: number;
  readonly results: readonly Result[];
}

if (needsVectors.skip !== false) {
  print(needsVectors.skip);
  process.exit(1);
}

const rows: Row[] = [];
for (const group of groups.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const results: Result[] = [];
  for (const question of questionsOf(group)) results.push(await judge(group, question));
  rows.push({ name: group.name, cases: casesOf(group.name).length, results });
}

for (const { results } of rows) for (const result of results) printResult(result);
printTable(rows);
process.exit(rows.some(({ results }) => results.some(({ status }) => status === 'wrong')) ? 1 : 0);

function printResult({ group, id, status, why }: Result): void {
  const told = status === 'wrong' || (wanted.length > 0 && status !== 'right');
  if (told) print(`${status.toUpperCase()} ${group} ${id}: ${why}`);
}

function printTable(table: readonly Row[]): void {
  const total = { name: 'all', cases: sum(table.map(({ cases }) => cases)), results: table.flatMap(({ results }) => results) };
  print(line(['group', 'cases', 'tests', ...statuses]));
  for (const row of [...table, total])
    print(line([row.name, row.cases, row.results.length, ...statuses.map((status) => count(row, status))]));
}

function count({ results }: Row, wantedStatus: Result['status']): number {
  return results.filter(({ status }) => status === wantedStatus).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function line([name, ...cells]: readonly (string | number)[]): string {
  return `${String(name).padEnd(20)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
