// What the doctor says, as its JSON and as its lines.
import assert from 'node:assert/strict';
import { runTool, type World } from './tool.ts';

/** A check of the JSON. */
export interface ToldCheck {
  readonly id: string;
  readonly status: 'ok' | 'warning' | 'failure' | 'unknown';
  readonly message: string;
  readonly hint?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Told {
  readonly code: number;
  readonly checks: readonly ToldCheck[];
  readonly stdout: string;
  readonly stderr: string;
  /** The checks of that id. */
  of(id: string): readonly ToldCheck[];
  /** `id status` of all that is not good, in their order. */
  readonly wrong: readonly string[];
}

/** Runs the doctor and reads what it says as JSON, which must be consistent. */
export async function askDoctor(words: readonly string[], world: World = {}): Promise<Told> {
  const { code, stdout, stderr } = await runTool(['doctor', '--output', 'json', ...words], world);
  return readTold(code, stdout.toString(), stderr);
}

/** What a run with `--output json` said. */
export function readTold(code: number | null, stdout: string, stderr: string): Told {
  const { status, counts, checks } = JSON.parse(stdout) as { status: string; counts: Record<string, number>; checks: readonly ToldCheck[] };
  const failures = checks.filter((check) => check.status === 'failure').length;
  assert.equal(counts['failure'], failures);
  assert.equal(status === 'failure', failures > 0);
  assert.equal(code, failures > 0 ? 1 : 0, stderr);
  assert.equal(stderr.match(/^Error: /gm)?.length ?? 0, failures > 0 ? 1 : 0, stderr);
  const wrong = checks.filter((check) => check.status !== 'ok').map((check) => `${check.id} ${check.status}`);
  return { code: code ?? 1, checks, stdout, stderr, wrong, of: (id) => checks.filter((check) => check.id === id) };
}
