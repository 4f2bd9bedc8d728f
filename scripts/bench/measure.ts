// Runs the measuring program that scripts/peers builds: Node's own spawn is too slow and too uneven to measure with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openPeer } from '../../test/support/peers.ts';
import type { Case, Command, Traffic } from './case.ts';
import { naming } from './hosts.ts';

export interface Run {
  readonly wallMs: number;
  /** User and system time, of the process and of those it waited for. */
  readonly cpuMs: number;
  /** Largest resident set of any one of these processes. */
  readonly peakMiB: number;
}

export interface Series {
  readonly name: string;
  readonly runs: readonly Run[];
  /** HTTP requests of one run, where the command asks somebody. */
  readonly requests?: number;
  /** Why this command could not be measured. */
  readonly error?: string;
}

export interface Effort {
  readonly warmUps: number;
  readonly rounds: number;
}

/** Measures the commands in interleaved rounds: run n of one stands beside run n of another. Requests are counted apart from that. */
export async function measure({ commands, traffic, hosts = [], rounds, warmUps }: Case, effort: Effort): Promise<readonly Series[]> {
  const counts = traffic === undefined ? new Map<string, number>() : await countRequests(traffic, hosts);
  const own = { ...effort, ...(rounds !== undefined && { rounds }), ...(warmUps !== undefined && { warmUps }) };
  const series = await run(commands, own, hosts);
  return series.map((one) => ({ ...one, ...(counts.has(one.name) && { requests: counts.get(one.name) ?? 0 }) }));
}

/** One run of each command. What fails here fails again when it is measured, and is told then. */
async function countRequests({ commands, forget, count }: Traffic, hosts: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const command of commands) {
    await forget();
    await run([command], { warmUps: 0, rounds: 1 }, hosts);
    counts.set(command.name, await count());
  }
  return counts;
}

async function run(commands: readonly Command[], effort: Effort, hosts: readonly string[]): Promise<readonly Series[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-hosts-'));
  try {
    return await runWith([...naming(hosts, folder), openPeer('bench-runner')], { ...effort, commands });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runWith([program = '', ...words]: readonly string[], specification: unknown): Promise<readonly Series[]> {
  const runner = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  runner.stdin.on('error', () => undefined).end(JSON.stringify(specification));
  const [answer] = await Promise.all([text(runner.stdout), once(runner, 'close')]);
  if (runner.exitCode !== 0) throw new Error(`bench-runner ended with ${runner.exitCode}`);
  const report: { readonly series: readonly Series[] } = JSON.parse(answer);
  return report.series;
}
