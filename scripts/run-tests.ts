// Runs the tests, prints what failed and what was not run and why, and ends with one line of counts.
// A test that is skipped because a peer is absent fails where CI=true; absent vectors are only named.
// A test that hangs fails too: by itself, or with its file once nothing has been heard for a while.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { TestsStream } from 'node:test';
import { run } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

const root = join(import.meta.dirname, '..');

type Result = { readonly file: string; readonly name: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly error: unknown }
);

/** One test may take this long; the longest takes a few seconds. */
const testLimitMs = 180_000;
/** A run in which nothing begins or ends for this long has hung: a test's process can outlive the limit of its test. */
const silenceLimitMs = 300_000;

/** Runs the test files and answers one result a test; files that hang are failures. */
async function runTests(files: readonly string[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const keep = (result: Result) => {
    results.push(result);
    if (result.outcome === 'failed') print(`FAILED ${result.file}: ${result.name}\n${indent(describe(result.error))}`);
  };
  const stream = run({
    files: [...files],
    concurrency: Math.max(2, availableParallelism() - 1),
    cwd: root,
    execArgv: [`--test-timeout=${testLimitMs}`],
  });
  stream.on('test:pass', ({ name, file, skip, details }) => {
    const place = { file: relative(root, file ?? ''), name };
    if (skip !== undefined && skip !== false) keep({ ...place, outcome: 'skipped', reason: String(skip) });
    else if (details.type !== 'suite') keep({ ...place, outcome: 'passed' });
  });
  stream.on('test:fail', ({ name, file, details }) => {
    // A suite fails with its tests, which are told by themselves, or in a hook of its own, which is not.
    if (details.type === 'suite' && isSubtestFailure(details.error)) return;
    keep({ file: relative(root, file ?? ''), name, outcome: 'failed', error: details.error.cause ?? details.error });
  });
  // What a suite has to say for itself: how much it covered.
  stream.on('test:stdout', ({ message }) => print(message.trimEnd()));
  await Promise.race([drain(stream), untilSilent(stream, keep)]);
  return results;
}

async function drain(stream: TestsStream): Promise<void> {
  for await (const _ of stream);
}

/** Waits until nothing has been heard for too long, and keeps a failure for each file that is still at it. */
async function untilSilent(stream: TestsStream, keep: (result: Result) => void): Promise<void> {
  const underWay = new Map<string, Set<string>>();
  let heard = Date.now();
  stream.on('test:dequeue', ({ name, file }) => {
    heard = Date.now();
    if (file === undefined) return;
    const names = underWay.get(file) ?? new Set();
    underWay.set(file, names.add(name));
  });
  stream.on('test:complete', ({ name, file }) => {
    heard = Date.now();
    underWay.get(file ?? '')?.delete(name);
  });
  stream.on('test:summary', ({ file }) => void underWay.delete(file ?? ''));
  while (Date.now() - heard < silenceLimitMs) await sleep(1000, undefined, { ref: false });
  for (const [file, names] of underWay) {
    const error = `nothing was heard for ${silenceLimitMs / 1000} s; begun and not ended: ${[...names].join(', ')}`;
    keep({ file: relative(root, file), name: 'the file ends', outcome: 'failed', error });
  }
  print(`what runs now:\n${indent(listProcesses())}`);
}

/** The machine's processes but for the kernel's, so that one sees what a test waits for. */
function listProcesses(): string {
  const { stdout } = spawnSync('ps', ['--ppid', '2', '-p', '2', '--deselect', '-o', 'pid,ppid,etime,stat,wchan:20,args', '--forest'], {
    encoding: 'utf8',
  });
  return (stdout ?? 'ps is missing').replaceAll(/^(.{200}).*$/gm, '$1');
}

function isSubtestFailure(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed';
}

function summarise(results: readonly Result[], strict: boolean): number {
  const skipped = results.filter((result) => result.outcome === 'skipped');
  const absent = strict ? skipped.filter(({ reason }) => reason.startsWith('peer absent:')) : [];
  for (const { file, name, reason } of skipped) print(`NOT RUN ${file}: ${name} (${reason})`);
  if (absent.length > 0) print(`${absent.length} tests were not run for want of a peer, which is a failure where CI=true`);
  const passed = results.filter((result) => result.outcome === 'passed').length;
  const failed = results.filter((result) => result.outcome === 'failed').length + absent.length;
  const notRun = skipped.length - absent.length;
  print(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} skipped` : ''}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function describe(error: unknown): string {
  return inspect(error, { colors: false, depth: 4 }).slice(0, 4000);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : ['test']).flatMap((place) =>
  place.endsWith('.test.ts') ? [join(root, place)] : globSync(`${place}/**/*.test.ts`, { cwd: root }).map((file) => join(root, file)),
);
const exitCode = summarise(await runTests(files.sort()), process.env['CI'] === 'true');
// What hangs must not keep this process.
process.exit(exitCode);
