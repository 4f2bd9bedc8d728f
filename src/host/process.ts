// One run of another program, bounded: it is given all of its input, and ended when it takes too long or says too much.
import { type ChildProcess, spawn } from 'node:child_process';
import { withoutCredentials } from '../core/environment.ts';
import type { Environment } from '../core/ports.ts';

/** Bytes that each of standard output and standard error may have (plugin-extensibility.md, "Plugin contract"). */
const outputLimit = 64 << 20;

export interface ProcessBounds {
  /** Given to the program, without the credentials of registries. */
  readonly environment: Environment;
  /** Milliseconds after which it is ended. */
  readonly timeoutMs: number;
  /** Ends it earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** How a run ended; the program and its pipes are gone by then. */
export type ProcessEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array }
  /** A signal that was not ours. */
  | { readonly kind: 'signal'; readonly signal: string }
  /** It did not start; the system's error. */
  | { readonly kind: 'no start'; readonly error: Error }
  | { readonly kind: 'too long' | 'aborted' }
  | { readonly kind: 'too much'; readonly stream: 'standard output' | 'standard error'; readonly limit: number };

/** What ends a program before it ends by itself. */
type Cut = Extract<ProcessEnd, { readonly kind: 'too long' | 'aborted' | 'too much' }>;

/** How long the system may take to end a process. */
const graceMs = 5000;

/** Runs `executable word` with `input` on its standard input, in this program's working directory. Never fails; the end says what came of it. */
export function runProcess(executable: string, word: string, input: Uint8Array, bounds: ProcessBounds): Promise<ProcessEnd> {
  const { environment, timeoutMs, signal } = bounds;
  if (signal?.aborted) return Promise.resolve({ kind: 'aborted' });
  return new Promise((resolve) => {
    const child = start(executable, word, environment);
    if (child instanceof Error) return resolve({ kind: 'no start', error: child });
    let cut: Cut | undefined;
    const end = (why: Cut) => {
      cut ??= why;
      endNow(child);
      // Not even a process that the system cannot end holds us up.
      setTimeout(() => settle(why), graceMs).unref();
    };
    const stdout = collect(child.stdout, () => end({ kind: 'too much', stream: 'standard output', limit: outputLimit }));
    const stderr = collect(child.stderr, () => end({ kind: 'too much', stream: 'standard error', limit: outputLimit }));
    const timer = setTimeout(() => end({ kind: 'too long' }), timeoutMs);
    const abort = () => end({ kind: 'aborted' });
    signal?.addEventListener('abort', abort);
    const settle = (result: ProcessEnd) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(cut ?? result);
    };
    child.on('error', (error) => settle({ kind: 'no start', error }));
    // What it started may hold its pipes open: it counts as ended when they are closed too, or when it was ended here.
    child.on('exit', () => cut !== undefined && settle(cut));
    child.on('close', (code, ended) => {
      if (code === null) settle({ kind: 'signal', signal: ended ?? 'unknown' });
      else settle({ kind: 'exit', code, stdout: stdout(), stderr: stderr() });
    });
    feed(child, input);
  });
}

/** Some systems' errors are thrown at once, others come as an event. */
function start(executable: string, word: string, environment: Environment): ChildProcess | Error {
  try {
    return spawn(executable, [word], { env: withoutCredentials(environment), stdio: 'pipe', windowsHide: true });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A program need not read what it is told. */
function feed({ stdin }: ChildProcess, input: Uint8Array): void {
  stdin?.on('error', () => undefined);
  stdin?.end(input);
}

function collect(stream: ChildProcess['stdout'], tooMuch: () => void): () => Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  stream?.on('error', () => undefined);
  stream?.on('data', (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > outputLimit) return tooMuch();
    chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

/** No program can refuse this signal; and its pipes hold us no longer, whoever else has them. */
function endNow(child: ChildProcess): void {
  child.kill('SIGKILL');
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
}
