// This end of the conversation: starts the process, asks, and ends it with the deadline.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { withoutCredentials } from '../../core/environment.ts';
import { NotationError } from '../../core/error.ts';
import type { KeyContext } from '../provider.ts';
import { type Answer, type Question, sessionCommand } from './conversation.ts';
import { toPkcs11Error } from './error.ts';

export interface ModuleProcess {
  /**
   * Asks one question after the other; who asks while one is asked waits.
   * @throws NotationError as `toPkcs11Error` has it; `TIMEOUT` when the deadline passes; `UNAVAILABLE` when the module ends the process
   */
  ask(question: Question): Promise<Exclude<Answer, { readonly failure: unknown }>>;
}

/** More than a token's certificates and a signature take. */
const answerLimit = 4 << 20;
/** How long a module may take to log out. */
const farewellMs = 2000;

/** Starts the process in which `module` will run; it ends by itself, logging out, when this one does. */
export function startModule(module: string, { program, environment, deadline }: KeyContext): ModuleProcess {
  const [path = '', ...words] = program;
  const env = withoutCredentials(environment);
  // What the module prints is nobody's business: answers come over a pipe of their own.
  const child = spawn(path, [...words, sessionCommand], { stdio: ['pipe', 'ignore', 'ignore', 'pipe'], env, windowsHide: true });
  const answers = readLines(child, deadline.signal, module);
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (question: Question) => {
    child.stdin?.write(`${JSON.stringify(question)}\n`);
    const answer = JSON.parse(await answers()) as Answer;
    if ('failure' in answer) throw toPkcs11Error(answer.failure, module);
    return answer;
  };
  return {
    ask: (question) => {
      const answer = last.then(() => exchange(question));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** Answers the next line, whenever it comes; an end of the process is the answer to whoever waits, and to whoever asks later. */
function readLines(child: ChildProcess, signal: AbortSignal, module: string): () => Promise<string> {
  const lines: string[] = [];
  let waiting: { readonly resolve: (line: string) => void; readonly reject: (error: unknown) => void } | undefined;
  let end: NotationError | undefined;
  const settle = () => {
    const [line] = lines;
    if (waiting === undefined || (line === undefined && end === undefined)) return;
    if (line === undefined) waiting.reject(end);
    else waiting.resolve(lines.shift() ?? '');
    waiting = undefined;
  };
  const finish = (error: NotationError) => {
    end ??= error;
    signal.removeEventListener('abort', late);
    child.kill('SIGKILL');
    settle();
  };
  // Whose answer nobody waits for may log out; the end of its questions tells it to.
  const late = () => {
    if (waiting !== undefined) return finish(tooLate(module));
    end ??= tooLate(module);
    child.stdin?.end();
    setTimeout(() => child.kill('SIGKILL'), farewellMs).unref();
  };
  signal.addEventListener('abort', late, { once: true });
  child.on('error', (cause) => finish(notStarted(cause)));
  child.on('exit', (code, killer) => finish(ended(module, code, killer)));
  child.stdin?.on('error', () => undefined);
  let rest = '';
  const answers = child.stdio[3] as Readable;
  answers.setEncoding('utf8').on('data', (chunk: string) => {
    rest += chunk;
    const whole = rest.split('\n');
    rest = whole.pop() ?? '';
    if (rest.length > answerLimit) finish(ended(module, null, null));
    lines.push(...whole);
    settle();
  });
  letGo(child);
  return () =>
    new Promise<string>((resolve, reject) => {
      waiting = { resolve, reject };
      if (signal.aborted) late();
      settle();
    });
}

/** It must not keep this process once everything is done; while an answer is awaited, the command's own deadline does. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdio[3]]) (stream as unknown as { unref?(): void } | null)?.unref?.();
}

function tooLate(module: string): NotationError {
  return new NotationError('TIMEOUT', `PKCS#11 module ${module}: no answer before the deadline`, {
    hint: 'see whether the token or its server answers at all, or raise the plugin config option timeout',
  });
}

function ended(module: string, code: number | null, killer: string | null): NotationError {
  const how = killer ?? (code === null ? 'an answer that is too long' : `exit code ${code}`);
  return new NotationError('UNAVAILABLE', `PKCS#11 module ${module}: expected an answer, found that it ended its process (${how})`, {
    hint: 'the module crashed: see its own log, or try another version of it',
  });
}

function notStarted(cause: Error): NotationError {
  return new NotationError('UNAVAILABLE', `the process for the PKCS#11 module cannot be started: ${cause.message}`, { cause });
}
