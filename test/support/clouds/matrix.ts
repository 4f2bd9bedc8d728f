// The matrix fault × stage × form: one cell is one command under one fault, in this process or as a process of its own.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run as runCommand } from '../../../src/cli/run.ts';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { metadata } from '../../../src/plugin/metadata.ts';
import { serve } from '../../../src/plugin/serve.ts';
import { disk } from '../../../src/store/disk.ts';
import type { Holder } from '../pki.ts';
import { type Ended, start } from '../process.ts';
import { type Form, forms } from '../program.ts';
import { pin } from '../softhsm.ts';
import { passphrase } from './azure-secret.ts';
import { accountKeyLines } from './gcp-identity.ts';
import { type Evidence, isHurried, judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { toBasic } from './proxy.ts';
import { type Row, type Stage, type StageName, stages } from './row.ts';
import type { Command, Scene, SceneWish } from './scene.ts';
import { secrets, secretsIn } from './secret.ts';
import { startStopwatch } from './stopwatch.ts';

export interface Cell {
  readonly name: string;
  readonly row: Row;
  readonly at: StageName;
  /** A built form of the program; absent for a cell in this process. */
  readonly form?: Form;
}

/** What is signed; a secret too. */
const payload: Uint8Array = Buffer.from(`payload ${randomBytes(24).toString('hex')}`);

/**
 * Every cell of the rows: all of them here, but those that need a process of their own, and those that rows want as processes too. The npm form
 * has the network of this process, so that one stage of each cloud is enough for it.
 */
export function cellsOf(rows: readonly Row[]): readonly Cell[] {
  return rows.flatMap((row) =>
    row.at.flatMap((at) => formsAt(row, at).map((form) => ({ name: nameOf(row, at, form), row, at, ...(form && { form }) }))),
  );
}

function formsAt({ processes = [], alone }: Row, at: StageName): readonly (Form | undefined)[] {
  const [executable, npm] = forms;
  if (alone) return [executable, npm];
  if ('alone' in stages[at]) return [executable];
  if (!processes.includes(at)) return [undefined];
  return at.endsWith('sign') ? [undefined, executable, npm] : [undefined, executable];
}

function nameOf({ name }: Row, at: StageName, form: Form | undefined): string {
  const { cloud, command, operation } = stages[at];
  return `${cloud} ${command}, ${operation}: ${name}${form === undefined ? '' : ` (${form.name})`}`;
}

/**
 * Runs one cell and judges its end. Where its deadline is short, and the machine may have been too slow for it, it is run again with a longer one:
 * what is wrong stays wrong then, and a slow machine is no fault.
 */
export async function runCell(cell: Cell, ledger: Ledger): Promise<void> {
  const { row, at } = cell;
  const expected = row.otherwise?.[at] ?? row.expected;
  const isShort = row.seconds !== undefined && row.seconds < patience;
  const factors = isShort ? [1, 4, 12] : 'hasty' in stages[at] ? [1, 1, 1, 1, 1] : [1];
  for (const [index, factor] of factors.entries()) {
    const isLast = index === factors.length - 1;
    const judged = await tryCell(cell, factor, ledger, (evidence) => {
      if (!isLast && isHurried(expected, evidence)) return false;
      judge(expected, evidence);
      return true;
    });
    if (judged) return;
  }
}

async function tryCell(
  { name, row, at, form }: Cell,
  factor: number,
  ledger: Ledger,
  verdict: (evidence: Evidence) => boolean,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const { stage, scene } = await openCell({ row, at, ...(form && { form }) }, folder);
  try {
    const seconds = factor * (row.seconds ?? patience);
    const elapsed = startStopwatch();
    const ended = await untilHung(run(form, stage, scene, seconds, folder)).finally(elapsed.stop);
    const late = row.seconds !== undefined && elapsed.ms() > 1000 * seconds + graceMs * factor;
    const log = join(folder, 'log');
    ledger.hear(name, ended.stdout + ended.stderr + (existsSync(log) ? readFileSync(log, 'utf8') : ''));
    ledger.guard([...scene.asked().flatMap(secretsIn), ...linesOf(scene.leaf), ...always]);
    return verdict({ ended, stage, scene, late, payload, row });
  } finally {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The scene of a cell, with its fault. */
export async function openCell(
  { row, at, form }: Omit<Cell, 'name'>,
  folder: string,
): Promise<{ readonly stage: Stage; readonly scene: Scene }> {
  const { act, times, on } = row;
  const stage: Stage = { ...stages[at], ...(on && { operation: on }) };
  const faults = act === undefined ? [] : [{ on: stage.operation, act, ...(times !== undefined && { times }) }];
  return { stage, scene: await stage.open(wishOf(row, stage, form), faults, folder) };
}

/** Seconds, for cells that end by themselves: on a busy machine they must not run into their deadline. */
const patience = 60;
/** How long after its deadline a cell may end, the first time. */
const graceMs = 2000;
/** A command whose end does not come at all fails by its name. */
const hungMs = 90_000;

export async function untilHung<T>(ended: Promise<T>): Promise<T> {
  const over = new AbortController();
  const hung = sleep(hungMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`it did not end within ${hungMs / 1000} s`);
  });
  return Promise.race([ended, hung]).finally(() => over.abort());
}

/** Secrets of every cell besides those of secret.ts. */
const always = [pin, ...accountKeyLines, passphrase, toBasic(secrets.proxyPassword), Buffer.from(payload).toString('base64')];

/** Lines of PEM that hold nothing but private numbers: in PKCS#8 the others are public, and go into signatures with the certificate. */
function linesOf({ key }: Holder): readonly string[] {
  const lines = String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    .split('\n')
    .slice(1, -2);
  return key.algorithm.kind === 'EC' ? lines.slice(1, 2) : lines.slice(-10);
}

/** The row's wishes over the stage's. In this process the variables of an application are all that the SDK finds. */
function wishOf({ scene = {} }: Row, stage: Stage, form: Form | undefined): SceneWish {
  const application = stage.cloud === 'azure' && form === undefined ? { azureCredentials: 'application' as const } : {};
  return { ...application, ...stage.scene, ...scene, config: { ...stage.scene.config, ...scene.config } };
}

async function run(form: Form | undefined, { command }: Stage, scene: Scene, seconds: number, folder: string): Promise<Ended> {
  const pluginConfig = { ...scene.config, timeout: `${seconds}s`, log_file: join(folder, 'log'), log_level: 'debug' };
  const { words, input } = command === 'key describe' ? toolCall(scene, pluginConfig) : pluginCall(command, scene, pluginConfig);
  if (form !== undefined) return start([...form.command, ...words], { input, env: scene.environment });
  return command === 'key describe' ? runTool(words, scene.environment) : runPlugin(command, input, scene.environment);
}

interface Call {
  readonly words: readonly string[];
  readonly input: string;
}

function pluginCall(command: Command, { keyId, spec }: Scene, pluginConfig: Readonly<Record<string, string>>): Call {
  const signing = { keySpec: spec, hashAlgorithm: algorithmOfSpec(spec).hash, payload: Buffer.from(payload).toString('base64') };
  const request = { contractVersion: '1.0', keyId, pluginConfig, ...(command === 'generate-signature' && signing) };
  return { words: [command], input: JSON.stringify(request) };
}

function toolCall({ keyId }: Scene, pluginConfig: Readonly<Record<string, string>>): Call {
  const options = Object.entries(pluginConfig).flatMap(([name, value]) => ['--plugin-config', `${name}=${value}`]);
  return { words: ['key', 'describe', '--id', keyId, '--output', 'json', ...options], input: '' };
}

/** What starts this program anew, for PKCS#11 modules. */
const anew = [process.execPath, join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts')];
/** What main.ts gives to both. */
const world = { platform: process.platform, transport: async () => nodeTransport, now: () => new Date(), metadata, program: anew };

async function runPlugin(command: Command, input: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
  const { succeeded, json } = await serve({ ...world, command, input: Buffer.from(input), environment, files: disk });
  return { code: succeeded ? 0 : 1, signal: null, stdout: succeeded ? json : '', stderr: succeeded ? '' : json };
}

async function runTool(words: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  const said = { out: '', error: '' };
  const code = await runCommand(words, {
    ...world,
    environment,
    program: { path: process.execPath, script: '', anew },
    runtime: 'Node.js',
    build: { form: 'source', commit: 'unknown' },
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    screen: () => ({ stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 }),
    input: { isTerminal: () => false, chunks: () => [] },
    setRawKeys: () => undefined,
  });
  return { code, signal: null, stdout: said.out, stderr: said.error };
}
