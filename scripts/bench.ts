// Measures each form of the plugin against a Go plugin, process by process: npm run bench -- [--rounds N]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, hostCaseAbsence, openHostCase, protocolCases, shippedVariant, variants } from './bench/case.ts';
import { type Effort, measure, type Series } from './bench/measure.ts';
import { gapsOf, judge, rowsOf, toTable, toVerdictTable } from './bench/report.ts';

interface Measured {
  readonly case: Case;
  readonly series: readonly Series[];
}

const warmUps = 3;
const defaultRounds = '30';

export async function bench(arguments_: readonly string[]): Promise<void> {
  const effort = { warmUps, rounds: parseRounds(arguments_) };
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    report(await measureAll(folder, effort), effort);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseRounds(arguments_: readonly string[]): number {
  const { values } = parseArgs({ args: [...arguments_], options: { rounds: { type: 'string', default: defaultRounds } } });
  const rounds = Number(values.rounds);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new Error(`--rounds: expected a whole number above 0, found ${values.rounds}`);
}

async function measureAll(folder: string, effort: Effort): Promise<readonly Measured[]> {
  if (!variants().some(({ name }) => name === shippedVariant)) throw new Error('no executable in dist: run npm run build');
  const measured: Measured[] = [];
  for (const one of protocolCases(folder)) measured.push({ case: one, series: await measure(one.commands, effort) });
  const absence = hostCaseAbsence();
  if (absence !== undefined) {
    process.stderr.write(`bench: notation sign is not measured: ${absence}\n`);
    return measured;
  }
  const host = await openHostCase(folder);
  try {
    return [...measured, { case: host.case, series: await measure(host.case.commands, effort) }];
  } finally {
    await host.close();
  }
}

function report(measured: readonly Measured[], effort: Effort): void {
  const rows = measured.flatMap(({ case: one, series }) => rowsOf(one, series));
  const gaps = measured.flatMap(({ case: one, series }) => gapsOf(one, series));
  const verdicts = judge(
    measured.map(({ case: one }) => one.name),
    rows,
  );
  for (const gap of gaps) process.stderr.write(`bench: ${gap.case}: ${gap.variant} failed: ${gap.error.trim()}\n`);
  process.stdout.write(`${toTable(rows)}\n${toVerdictTable(verdicts)}`);
  const dist = join(import.meta.dirname, '../dist');
  mkdirSync(dist, { recursive: true });
  const machine = { platform: process.platform, arch: process.arch, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(join(dist, 'bench.json'), `${JSON.stringify({ machine, ...effort, verdicts, gaps, rows }, null, 2)}\n`);
}

if (import.meta.main) {
  try {
    await bench(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
