// Runs the tests, prints what failed and what was not run and why, and ends with one line of counts.
// A test that is skipped because a peer is absent fails where CI=true; absent vectors are only named.

import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';

const root = join(import.meta.dirname, '..');

type Result = { readonly file: string; readonly name: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly error: unknown }
);

/** Runs the test files and answers one result a test. */
async function runTests(files: readonly string[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const keep = (result: Result) => {
    results.push(result);
    if (result.outcome === 'failed') print(`FAILED ${result.file}: ${result.name}\n${indent(describe(result.error))}`);
  };
  const stream = run({ files: [...files], concurrency: Math.max(2, availableParallelism() - 1), cwd: root });
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
  for await (const _ of stream);
  return results;
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
process.exitCode = summarise(await runTests(files.sort()), process.env['CI'] === 'true');
