// Which test files run which places of a source file, as V8 counts it: types are stripped in place, so that offsets are the source's own.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tryTest } from './trial.ts';

/** What an unspoiled run of one test file showed. */
export interface Baseline {
  readonly test: string;
  readonly passed: boolean;
  readonly ms: number;
  /** Whether it runs the place `offset` of `file`. */
  readonly runs: (file: string, offset: number) => boolean;
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Report {
  readonly result: readonly { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }[];
}

/** Runs one test file in the tree at `root`, and keeps what it covers of `files`. */
export async function measure(root: string, test: string, files: readonly string[], limitMs: number): Promise<Baseline> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-coverage-'));
  try {
    const { end, ms } = await tryTest(root, test, limitMs, folder);
    const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report);
    const ranges = new Map(files.map((file) => [file, reports.map((report) => rangesOf(report, root, file))]));
    return { test, passed: end === 'passed', ms, runs: (file, offset) => (ranges.get(file) ?? []).some((one) => isRun(one, offset)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rangesOf(report: Report, root: string, file: string): readonly Range[] {
  const url = pathToFileURL(join(root, file)).href;
  return report.result.filter((script) => script.url === url).flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
}

/** The smallest range around the place says it. */
function isRun(ranges: readonly Range[], offset: number): boolean {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset);
  const [smallest] = around.toSorted((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  return smallest !== undefined && smallest.count > 0;
}
