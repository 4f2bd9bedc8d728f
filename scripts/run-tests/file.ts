// Runs one test file in a process group of its own, which ends when it must, whatever hangs in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventDescriptor, type TestEvent, type Verdict } from './event.ts';
import { describeGroup, killGroup } from './group.ts';
import { type Hopeless, type Limits, type Watch, watch } from './watch.ts';

export interface FileRun {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly root: string;
  readonly limits: Limits;
  /** Ends the file before its time. */
  readonly signal: AbortSignal;
  readonly keep: (verdict: Verdict) => void;
  readonly print: (text: string) => void;
}

/** How much a file may print; tests have little to say. */
const printLimit = 8192;

/** Runs all tests of the file and keeps a verdict on each. Resolves when its process is gone; what the file left running is killed then. */
export async function runFile(run: FileRun): Promise<void> {
  const { file, print, keep } = run;
  const child = startFile(run);
  const end = endOf(child);
  const complaints = echo(child, print);
  const tests = watch(run.limits, keep);
  const told = readLines(child.stdio[eventDescriptor] as Readable, (line) => tests.note(JSON.parse(line) as TestEvent));
  const lost = await Promise.race([end, untilHopeless(run, tests)]);
  if (typeof lost === 'object') print(`what runs of ${file}:\n${describeGroup(child.pid)}`);
  killGroup(child.pid);
  // Not its streams' end: what has left the group may hold them.
  await Promise.race([Promise.all([end, told]), sleep(5000)]);
  if (typeof lost === 'object' && lost.state === 'stays')
    print(`ENDED ${file}: all its tests have ended, and its process has not; open: ${lost.open}`);
  const problem = typeof lost === 'object' ? whyOf(lost) : (lost ?? tests.complaint(child.exitCode ?? 0));
  if (problem === undefined) return;
  const words = complaints().trim();
  const error = `${problem}; ${tests.place()}${words === '' ? '' : `\nlast words:\n${words}`}`;
  keep({ name: 'the file ends', type: 'failed', error });
}

function whyOf(lost: Hopeless): string | undefined {
  return lost.state === 'hangs' ? lost.why : undefined;
}

function startFile({ file, root, limits }: FileRun): ChildProcess {
  const reporter = join(import.meta.dirname, '..', 'test-reporter.ts');
  const options = [`--test-timeout=${limits.test}`, `--test-reporter=${reporter}`, '--test-reporter-destination=stdout'];
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, [...options, join(root, file)], { cwd: root, env: environment(), stdio: [...stdio], detached: true });
}

/** Proxies, credentials and talkative libraries of whoever runs the tests are none of the tests' business. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

const passedOn =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|TMPDIR|TMP|TEMP|CI|XDG_CACHE_HOME|PYENV_.*|NOTATION_TS_KMS_(PEERS|EXECUTABLE|SHARED|FUZZ_.*))$/;

/** Resolves when the process is gone, with what is wrong with its end itself. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (_, signal) => resolve(signal === null ? undefined : `its process was ended by ${signal}`));
  });
}

async function untilHopeless({ signal }: FileRun, tests: Watch): Promise<Hopeless> {
  for (;;) {
    const lost: Hopeless | undefined = signal.aborted ? { state: 'hangs', why: String(signal.reason) } : tests.hopeless();
    if (lost !== undefined) return lost;
    await sleep(500, undefined, { ref: false });
  }
}

/** Passes on what the tests print, within reason; answers the end of what they complain. */
function echo({ stdout, stderr }: ChildProcess, print: (text: string) => void): () => string {
  let [left, complaints] = [printLimit, ''];
  stdout?.on('data', (chunk: Buffer) => {
    if (left <= 0) return;
    print(chunk.toString('utf8', 0, left).trimEnd());
    left -= chunk.length;
    if (left <= 0) print('… the rest of what it prints is not shown');
  });
  stderr?.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString('utf8')}`.slice(-2000);
  });
  return () => complaints;
}

function readLines(source: Readable, take: (line: string) => void): Promise<void> {
  let rest = '';
  source.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  return new Promise((resolve) => void source.once('close', resolve));
}
