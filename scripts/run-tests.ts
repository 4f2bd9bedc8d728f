// Runs the tests, prints what failed and what was not run and why, and ends with one line of counts.
// A test that is skipped because a peer is absent fails where CI=true; absent vectors are only named.
// Whatever hangs fails too, by its name: a test or a hook by the limit of each, a file by what is not heard of it, the whole run at its end.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from './run-tests/event.ts';
import { runFile } from './run-tests/file.ts';
import type { Limits } from './run-tests/watch.ts';

type Result = Verdict & { readonly file: string };

const root = join(import.meta.dirname, '..');
const strict = process.env['CI'] === 'true';

/** The longest test takes some seconds on an idle machine, and the whole run some minutes. */
const limits: Limits = { test: 300_000, silence: 420_000, leaving: 20_000 };
const wholeLimitMs = 40 * 60_000;

/** Runs the files, two or more at a time, and answers one result a test. */
async function runTests(files: readonly string[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...files];
  const workers = Array.from({ length: Math.max(2, availableParallelism() - 1) }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) results.push(...(await runOne(file)));
  });
  await Promise.all(workers);
  return results;
}

const whole = new AbortController();
setTimeout(() => whole.abort(`the whole run takes longer than ${wholeLimitMs / 60_000} minutes`), wholeLimitMs).unref();
// Test files have process groups of their own, which a signal to this one does not reach.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => whole.abort(`the run was ended by ${name}`));

async function runOne(file: string): Promise<readonly Result[]> {
  const results: Result[] = [];
  const keep = (verdict: Verdict) => {
    results.push({ ...verdict, file });
    if (verdict.type === 'failed') print(`FAILED ${file}: ${verdict.name}\n${indent(verdict.error)}`);
  };
  const { signal } = whole;
  if (signal.aborted) return [{ file, name: 'the file begins', type: 'failed', error: String(signal.reason) }];
  const begun = performance.now();
  await runFile({ file, root, limits, signal, keep, print });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  if (strict) print(`${file}: ${countsOf(results)} in ${seconds} s`);
  return results;
}

function summarise(results: readonly Result[]): number {
  const skipped = results.filter((result) => result.type === 'skipped');
  const absent = strict ? skipped.filter(({ reason }) => reason.startsWith('peer absent:')) : [];
  for (const { file, name, reason } of skipped) print(`NOT RUN ${file}: ${name} (${reason})`);
  if (absent.length > 0) print(`${absent.length} tests were not run for want of a peer, which is a failure where CI=true`);
  const left = skipped.length - absent.length;
  if (left > 0) print(`${left} tests were not run, for the reasons above`);
  print(
    countsOf(
      results.filter(({ type }) => type !== 'skipped'),
      absent.length,
    ),
  );
  const passed = results.some((result) => result.type === 'passed');
  return passed && absent.length === 0 && results.every((result) => result.type !== 'failed') ? 0 : 1;
}

/** "3 passed, 1 failed, 2 skipped"; what was not run for want of a peer may count as failed. */
function countsOf(results: readonly Result[], absent = 0): string {
  const count = (type: Result['type']) => results.filter((result) => result.type === type).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed') + absent} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : ['test']).flatMap((place) =>
  place.endsWith('.test.ts') ? [place] : globSync(`${place}/**/*.test.ts`, { cwd: root }),
);
const exitCode = summarise(await runTests(files.sort()));
// What hangs must not keep this process.
process.exit(exitCode);
