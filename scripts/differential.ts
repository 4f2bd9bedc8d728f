// Verifies generated situations with notation and with this tool, and compares: npm run differential -- [--count N] [--from N] [--seed N] [--only K] [--distribution]
import { parseArgs } from 'node:util';
import { runSituations } from '../test/support/differential/run.ts';
import { sweep } from '../test/support/differential/sweep.ts';
import { distributionOf, idleExceptions, type Judged, summaryOf } from '../test/support/differential/tally.ts';

/** The sweep, and a thousand drawn by chance. */
const usualCount = sweep.length + 1000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      distribution: { type: 'boolean', default: false },
    },
  });
  const seed = numberOf(values.seed, 1);
  const only = values.only === undefined ? undefined : numberOf(values.only, 0);
  const numbers = only === undefined ? numbersFrom(numberOf(values.from, 0), numberOf(values.count, usualCount)) : [only];
  const judged = await runSituations(seed, numbers, (one) => tellWrong(one, seed));
  if (values.distribution) print(distributionOf(judged));
  print([`seed ${seed}`, ...summaryOf(judged)]);
  const idle = numbers[0] === 0 && numbers.length > sweep.length ? idleExceptions(judged) : [];
  for (const { id, isSeldom } of idle) print([`the exception ${id} excused nothing${isSeldom ? ', as is often so' : ''}`]);
  return idle.every(({ isSeldom }) => isSeldom) && judged.every(({ result }) => result.kind !== 'wrong') ? 0 : 1;
}

function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`expected a whole number, found ${JSON.stringify(text)}`);
}

function tellWrong({ situation, result }: Judged, seed: number): void {
  if (result.kind !== 'wrong') return;
  print([
    `WRONG ${situation.number}: ${result.differences.join('; ')}`,
    `  something wrong in: ${[situation.scene, ...situation.signatures].flatMap(({ wrong, choices }) => wrong.map((name) => `${name}: ${choices[name]}`)).join('; ') || 'nothing'}`,
    `  kept in ${result.kept} (said.json); again: npm run differential -- --seed ${seed} --only ${situation.number}`,
  ]);
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`differential: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
