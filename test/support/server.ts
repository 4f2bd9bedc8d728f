// Servers that are programs of others, as children of a test.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How to start a server, and how to see that it is there. */
export interface ServerWish<Answer> {
  readonly name: string;
  readonly command: readonly string[];
  /** Added to PATH alone. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether the program stops by itself when its standard input ends; a shell sees to it otherwise. */
  readonly stopsWithInput: boolean;
  /** Asked again and again until it answers; `said` is all that the server has printed. */
  readonly ready: (said: string) => Promise<Answer | undefined>;
}

export interface RunningServer<Answer> {
  readonly answer: Answer;
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A server of Python takes a second or two on an idle machine. */
const patience = 90_000;
/** For a server that is asked to end. */
const farewell = 20_000;

// Whatever becomes of the process that starts it, the server's standard input ends with that process, and the server with its input.
// A server that is asked to end may wait for its clients, which wait for it: it gets a second.
const untilInputEnds = `"$0" "$@" </dev/null & server=$!
cat >/dev/null
kill "$server"
(sleep 1; kill -9 "$server") >/dev/null 2>&1 & killer=$!
wait "$server"
kill "$killer"`;

/** Starts a server and waits until it is ready. @throws with the server's own words when it ends, or is not ready in time. */
export async function startServer<Answer>(wish: ServerWish<Answer>): Promise<RunningServer<Answer>> {
  const [program = '', ...words] = wish.stopsWithInput ? wish.command : ['sh', '-c', untilInputEnds, ...wish.command];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...wish.environment } });
  const answer = await until(wish, child, collect(child));
  letGo(child);
  return { answer, stop: () => stop(child) };
}

/** A loopback port that nobody listens on now, for servers that cannot choose one themselves. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no loopback port is free');
  return String(address.port);
}

/** Whether somebody accepts connections on the loopback port. */
export async function isOpen(port: string): Promise<boolean> {
  const socket = connect(Number(port), '127.0.0.1');
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function collect(child: Child): () => string {
  let said = '';
  const append = (chunk: unknown) => {
    said += String(chunk);
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  return () => said;
}

async function until<Answer>({ name, ready }: ServerWish<Answer>, child: Child, said: () => string): Promise<Answer> {
  const limit = Date.now() + patience;
  while (Date.now() < limit && child.exitCode === null) {
    const answer = await ready(said());
    if (answer !== undefined) return answer;
    await sleep(20);
  }
  child.stdin.end();
  throw new Error(`${name} did not start: ${said().trim() || 'it said nothing'}`);
}

/** A server that a failed test forgot to stop must not keep that test's process from ending. */
function letGo(child: Child): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
}

async function stop(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, 'exit');
  child.stdin.end();
  const impatience = setTimeout(() => child.kill('SIGKILL'), farewell);
  await ended;
  clearTimeout(impatience);
}
