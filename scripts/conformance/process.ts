// Starts the plugin as notation does, but in a home, a working directory and an environment of its own.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fill, fillText, type Mapping, type Places } from './keys.ts';
import { specFolder, type Vector } from './vector.ts';

export interface Run {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const deadlineMs = 20_000;
const pieceGapMs = 30;

/** Runs `use` with a fresh copy of the keys and the vector's own files; removes them afterwards. */
export async function withPlaces<T>(vector: Vector, mapping: Mapping, use: (places: Places) => Promise<T>): Promise<T> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'conformance-')));
  try {
    const places = { root, keys: join(root, 'keys') };
    layOut(vector, mapping, places);
    return await use(places);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** One command: request in, both streams out. */
export async function start(command: readonly string[], vector: Vector, mapping: Mapping, places: Places, request: Buffer): Promise<Run> {
  const [program = '', ...words] = wrapped([...command, ...vector.argv], vector);
  const child = spawn(program, words, {
    cwd: places.root,
    env: environment(vector, mapping, places),
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A plugin may refuse a request before it has read all of it.
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  await Promise.race([write(child.stdin, request, vector.pieces ?? 1), ended]);
  const exitCode = await ended;
  return {
    exitCode: exitCode ?? undefined,
    timedOut: child.signalCode === 'SIGKILL',
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr),
  };
}

function layOut(vector: Vector, mapping: Mapping, places: Places): void {
  cpSync(join(specFolder, 'keys'), places.keys, { recursive: true });
  for (const folder of ['home', 'config', 'cache', 'tmp', ...(vector.files?.directories ?? [])]) {
    mkdirSync(join(places.root, folder), { recursive: true });
  }
  for (const pipe of vector.files?.pipes ?? []) execFileSync('mkfifo', [made(places, pipe)]);
  for (const [from, to] of Object.entries(vector.files?.copy ?? {})) cpSync(join(places.root, from), made(places, to));
  for (const [to, content] of Object.entries(vector.files?.write ?? {})) {
    const filled = fill(content, mapping, places);
    writeFileSync(made(places, to), typeof filled === 'string' ? filled : JSON.stringify(filled));
    chmodSync(join(places.root, to), 0o600);
  }
}

function made(places: Places, path: string): string {
  const whole = join(places.root, path);
  mkdirSync(dirname(whole), { recursive: true });
  return whole;
}

/** Node cannot start a child without a standard input; a shell can. */
function wrapped(command: readonly string[], vector: Vector): readonly string[] {
  return vector.closed?.includes('stdin') === true ? ['sh', '-c', 'exec "$@" <&-', 'sh', ...command] : command;
}

function environment(vector: Vector, mapping: Mapping, places: Places): Record<string, string> {
  const own = Object.entries({ ...mapping.env, ...vector.env }).map(([name, value]) => [name, fillText(value, mapping, places)]);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(places.root, 'home'),
    XDG_CONFIG_HOME: join(places.root, 'config'),
    XDG_CACHE_HOME: join(places.root, 'cache'),
    TMPDIR: join(places.root, 'tmp'),
    ...Object.fromEntries(own),
  };
}

async function write(stdin: NodeJS.WritableStream, request: Buffer, pieces: number): Promise<void> {
  const size = Math.ceil(request.length / pieces);
  for (let piece = 0; piece < pieces - 1; piece++) {
    stdin.write(request.subarray(piece * size, (piece + 1) * size));
    await pause(pieceGapMs);
  }
  stdin.end(request.subarray((pieces - 1) * size));
}
