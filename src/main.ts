// The composition root: the only file that exits, reads the environment or touches the global streams.
// notation starts this program three times for each signature, so nothing is imported before the metadata answer but its
// constant, and nothing of the runtime is loaded that it can do without.
import type { Transport } from './http/transport.ts';
import { metadata } from './plugin/metadata.ts';

/** Set by the build; absent when the sources run as they are. */
declare const BUILD: { readonly form: 'executable' | 'pkg' | 'npm'; readonly commit: string };

/** All of stdin, or why it could not be read. */
type Input = Uint8Array | { readonly problem: string };

const inputLimit = 64 * 1024 * 1024;
const protocolCommands = ['get-plugin-metadata', 'describe-key', 'generate-signature', 'generate-envelope', 'verify-signature'];

const proxyVariables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

// Up here, because everything below the next statement is there only after it.
const terminals = new Map<number, { readonly columns: number }>();

const command = process.argv[2] ?? '';
if (protocolCommands.includes(command)) await runPlugin(command);
else if (command === 'pkcs11-session') await runModuleSession();
else await runTool(process.argv.slice(2));

async function runPlugin(command: string): Promise<void> {
  const input = await readInput();
  if (command === 'get-plugin-metadata' && isPlain(input)) console.log(JSON.stringify(metadata));
  else await runCommand(command, input);
}

/** `{}` is what notation sends with get-plugin-metadata when there is no plugin config, and nothing is what a person sends. */
function isPlain(input: Input): boolean {
  return input instanceof Uint8Array && (input.length === 0 || (input.length === 2 && input[0] === 0x7b && input[1] === 0x7d));
}

async function runCommand(command: string, input: Input): Promise<void> {
  const print = silence();
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      const errorMessage = `unexpected failure: ${error instanceof Error ? error.message : error}`;
      print.error(JSON.stringify({ errorCode: 'ERROR', errorMessage }));
      process.exit(1);
    });
  }
  const [{ serve }, { disk }] = await Promise.all([import('./plugin/serve.ts'), import('./store/disk.ts')]);
  const { env: environment, platform } = process;
  const reply = await serve({
    command,
    input,
    environment,
    platform,
    files: disk,
    transport,
    now: () => new Date(),
    metadata,
    program: anew(),
  });
  if (reply.succeeded) print.out(reply.json);
  else print.error(reply.json);
  process.exit(reply.succeeded ? 0 : 1);
}

/** The command line that starts this program anew: what is one file needs no script. */
function anew(): readonly string[] {
  const isOneFile = typeof BUILD !== 'undefined' && BUILD.form !== 'npm';
  return isOneFile ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}

/** The process of its own in which a PKCS#11 module runs: kms/pkcs11/process.ts starts it, with a pipe for answers. */
async function runModuleSession(): Promise<void> {
  const { serveSession } = await import('./kms/pkcs11/session.ts');
  await serveSession(inputChunks(), (line) => write(3, line));
  process.exit(0);
}

/** Bun's fetch and Node's node:https are each the quicker to load on their own runtime by far. */
async function transport(): Promise<Transport> {
  if ('Bun' in globalThis) return (await import('./http/fetch.ts')).fetchTransport(unproxied);
  return (await import('./http/node.ts')).nodeTransport;
}

/** Children must see the proxy variables, and Bun's fetch must not at the moment it is called. */
function unproxied<T>(work: () => T): T {
  const kept = proxyVariables.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]] as const);
  for (const [name] of kept) delete process.env[name];
  try {
    return work();
  } finally {
    for (const [name, value] of kept) process.env[name] = value;
  }
}

/** What may still be said when everything else is silent. */
interface Voice {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/**
 * notation parses all of stderr as JSON, and a person reads one line: libraries, DEBUG and runtime warnings must not get a word in.
 * The streams themselves are not opened for that, which would cost milliseconds; they come back when something is to be said.
 */
function silence(): Voice {
  process.removeAllListeners('warning');
  process.on('warning', () => undefined);
  const { log, error } = console;
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) console[method] = () => undefined;
  const streams = (['stdout', 'stderr'] as const).map((name) => [name, descriptorOf(name)] as const);
  for (const name of ['stdout', 'stderr']) replaceStream(name);
  const speak = (say: (line: string) => void) => (line: string) => {
    for (const [name, stream] of streams) if (stream !== undefined) Object.defineProperty(process, name, stream);
    say(line);
  };
  return { out: speak(log), error: speak(error) };
}

/** On Bun, defining the property anew would open the stream first; on Node.js, assigning to it does nothing. */
function replaceStream(name: string): void {
  const deaf = { write: () => true };
  if ('Bun' in globalThis) Reflect.set(process, name, deaf);
  else Object.defineProperty(process, name, { configurable: true, value: deaf });
}

/** Bun's console has no need of the streams, and opens one that is only looked at. */
function descriptorOf(name: 'stdout' | 'stderr'): PropertyDescriptor | undefined {
  return 'Bun' in globalThis ? undefined : Object.getOwnPropertyDescriptor(process, name);
}

async function runTool(words: readonly string[]): Promise<void> {
  silence();
  const { run } = await import('./cli/run.ts');
  const exitCode = await run(words, {
    environment: takeEnvironment(),
    platform: process.platform,
    program: { path: process.execPath, script: process.argv[1] ?? '', anew: anew() },
    runtime: process.versions['bun'] === undefined ? `Node.js ${process.versions.node}` : `Bun ${process.versions['bun']}`,
    build: typeof BUILD === 'undefined' ? { form: 'source', commit: 'unknown' } : BUILD,
    now: () => new Date(),
    metadata,
    transport,
    out: (output) => write(1, output),
    error: (text) => write(2, text),
    screen,
    input: { isTerminal: () => isTerminal(0), chunks: readDescriptor },
    setRawKeys: (raw) => void process.stdin.setRawMode(raw),
  });
  // Everything is written, and connections that are kept for more requests would keep the process.
  process.exit(exitCode);
}

/** Without process.stdout and process.stderr, whose opening takes longer than most commands' work. A pipe that does not block is asked again. */
function write(descriptor: 1 | 2 | 3, output: string | Uint8Array): void {
  const { writeSync } = process.getBuiltinModule('node:fs');
  let rest = typeof output === 'string' ? Buffer.from(output) : output;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // Nobody reads any more, or there never was anybody: as for every program at the head of a pipe, that is no failure.
      if (codeOf(error) === 'EPIPE' || codeOf(error) === 'EBADF') return;
      if (codeOf(error) !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function screen() {
  const [stdoutIsTerminal, stderrIsTerminal] = [isTerminal(1), isTerminal(2)];
  const columns = stderrIsTerminal ? columnsOf(2) : stdoutIsTerminal ? columnsOf(1) : 80;
  return { stdoutIsTerminal, stderrIsTerminal, columns };
}

function isTerminal(descriptor: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

/** A terminal's stream knows its width, also after it changed. */
function columnsOf(descriptor: number): number {
  const known = terminals.get(descriptor) ?? new (process.getBuiltinModule('node:tty').WriteStream)(descriptor);
  terminals.set(descriptor, known);
  return known.columns || 80;
}

/** A copy; the variables that hold a registry's credential are out of the environment of children from here on, as in notation. */
function takeEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of ['NOTATION_USERNAME', 'NOTATION_PASSWORD']) delete process.env[name];
  return environment;
}

/** All of stdin, at most `inputLimit` bytes. A closed stdin counts as an empty one. */
async function readInput(): Promise<Input> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of inputChunks()) {
      chunks.push(chunk);
      total += chunk.length;
      if (total > inputLimit) return { problem: `expected at most ${inputLimit} bytes, found more` };
    }
  } catch (error) {
    return { problem: `it cannot be read (${codeOf(error)})` };
  }
  return join(chunks, total);
}

/** Bun's own stdin is there without loading anything; node:fs alone costs a sixth of a metadata answer. */
function inputChunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const { Bun } = globalThis as { readonly Bun?: { readonly stdin: { stream(): AsyncIterable<Uint8Array> } } };
  return Bun === undefined ? readDescriptor() : Bun.stdin.stream();
}

/** Without process.stdin, which costs more than the reading. A pipe that does not block is asked again. */
function* readDescriptor(): Generator<Uint8Array> {
  const { readSync } = process.getBuiltinModule('node:fs');
  for (;;) {
    const chunk = new Uint8Array(65_536);
    try {
      const count = readSync(0, chunk);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    } catch (error) {
      if (codeOf(error) === 'EOF' || codeOf(error) === 'EBADF') return;
      if (codeOf(error) !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** A few milliseconds for the other side of a pipe. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = chunks;
  if (only?.length === total) return only;
  const whole = new Uint8Array(total);
  chunks.reduce((offset, chunk) => {
    whole.set(chunk, offset);
    return offset + chunk.length;
  }, 0);
  return whole;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
