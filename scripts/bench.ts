// Measures each form of the plugin against Go plugins, process by process: npm run bench -- [--rounds N] [--only TEXT]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { needs } from '../test/support/peers.ts';
import { awsSuite } from './bench/aws.ts';
import { azureSuite } from './bench/azure.ts';
import type { Case, OpenSuite, Suite } from './bench/case.ts';
import { crlSuite } from './bench/crl.ts';
import { awsDistanceSuite, azureDistanceSuite } from './bench/distance.ts';
import { fileSuite } from './bench/file.ts';
import { gcpSuite } from './bench/gcp.ts';
import { hostSuite } from './bench/host.ts';
import { canName } from './bench/hosts.ts';
import { type Effort, measure, type Series } from './bench/measure.ts';
import { pkcs11Suite } from './bench/pkcs11.ts';
import { gapsOf, judge, rowsOf, toTable, toVerdictTable } from './bench/report.ts';
import { toolDistanceSuite, toolSuite } from './bench/tool.ts';
import { ownVariants, shippedVariant } from './bench/variant.ts';
import { vaultSuite } from './bench/vault.ts';
import { verifySuite } from './bench/verify.ts';

interface Measured {
  readonly case: Case;
  readonly series: readonly Series[];
}

interface Wish extends Effort {
  /** Text in the names of the cases to measure. */
  readonly only: string;
}

const warmUps = 3;
const defaultRounds = '30';
const suites: readonly Suite[] = [
  fileSuite,
  hostSuite,
  toolSuite,
  verifySuite,
  crlSuite,
  awsSuite,
  azureSuite,
  gcpSuite,
  vaultSuite,
  pkcs11Suite,
  awsDistanceSuite,
  azureDistanceSuite,
  toolDistanceSuite,
];

export async function bench(arguments_: readonly string[]): Promise<void> {
  const wish = parseWish(arguments_);
  if (!ownVariants().some(({ name }) => name === shippedVariant)) throw new Error('no executable in dist: run npm run build');
  const measured: Measured[] = [];
  for (const suite of suites) measured.push(...(await measureSuite(suite, wish)));
  report(measured, wish);
}

function parseWish(arguments_: readonly string[]): Wish {
  const options = { rounds: { type: 'string', default: defaultRounds }, only: { type: 'string', default: '' } } as const;
  const { values } = parseArgs({ args: [...arguments_], options });
  const rounds = Number(values.rounds);
  if (Number.isInteger(rounds) && rounds > 0) return { warmUps, rounds, only: values.only };
  throw new Error(`--rounds: expected a whole number above 0, found ${values.rounds}`);
}

async function measureSuite({ title, peers, open }: Suite, { only, ...effort }: Wish): Promise<readonly Measured[]> {
  const { skip } = needs('bench-runner', ...peers);
  if (skip !== undefined) {
    tellAbsence(title, skip);
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return await measureCases(await open(folder), { only, ...effort });
  } catch (error) {
    // The rows of the other suites are worth having without the server that did not start.
    tellAbsence(title, messageOf(error));
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureCases({ cases, close }: OpenSuite, { only, ...effort }: Wish): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  try {
    for (const one of cases.filter(({ name }) => name.includes(only)).filter(canRun)) {
      measured.push({ case: one, series: await measure(one, effort) });
    }
    return measured;
  } finally {
    await close();
  }
}

function canRun({ name, hosts = [] }: Case): boolean {
  const can = hosts.length === 0 || canName();
  if (!can) tellAbsence(name, 'this machine gives no name spaces for mounts (unshare) to its users');
  return can;
}

function tellAbsence(what: string, why: string): void {
  process.stderr.write(`bench: ${what}: not measured: ${why}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function report(measured: readonly Measured[], { warmUps, rounds }: Effort): void {
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
  writeFileSync(join(dist, 'bench.json'), `${JSON.stringify({ machine, warmUps, rounds, verdicts, gaps, rows }, null, 2)}\n`);
}

if (import.meta.main) {
  try {
    await bench(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
