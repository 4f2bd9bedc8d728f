// Runs the measuring program that scripts/peers builds: Node's own spawn is too slow and too uneven to measure with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { openPeer } from '../../test/support/peers.ts';

export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  /** The whole environment: `NAME=value`. */
  readonly env: readonly string[];
}

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
  /** Why this command could not be measured. */
  readonly error?: string;
}

export interface Effort {
  readonly warmUps: number;
  readonly rounds: number;
}

/** Measures the commands in interleaved rounds: run n of one stands beside run n of another. */
export async function measure(commands: readonly Command[], effort: Effort): Promise<readonly Series[]> {
  const runner = spawn(openPeer('bench-runner'), { stdio: ['pipe', 'pipe', 'inherit'] });
  runner.stdin.end(JSON.stringify({ ...effort, commands }));
  const [answer] = await Promise.all([text(runner.stdout), once(runner, 'close')]);
  if (runner.exitCode !== 0) throw new Error(`bench-runner ended with ${runner.exitCode}`);
  const report: { readonly series: readonly Series[] } = JSON.parse(answer);
  return report.series;
}
