import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** The environment that a plugin needs: nothing but a PATH. */
export const bareEnvironment: Readonly<Record<string, string>> = { PATH: process.env['PATH'] ?? '' };

/** No command of the tests takes nearly as long; one that does has hung. */
const patienceMs = 90_000;

/**
 * Starts a command, gives it all of `input`, and waits for its end. A command that does not read its input is no failure here.
 * @throws when it does not end, with what it has said
 */
export async function start(command: readonly string[], { input = '', env = {}, cwd }: Start = {}): Promise<Ended> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, { env: { ...bareEnvironment, ...env }, cwd, stdio: 'pipe' });
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal }));
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += String(chunk);
  });
  const impatience = setTimeout(() => {
    child.kill('SIGKILL');
    child.stdout.destroy(new Error(`${command.join(' ')}: did not end within ${patienceMs / 1000} s, and said ${complaints.slice(-500)}`));
  }, patienceMs);
  const [stdout, stderr] = await Promise.all([text(child.stdout), buffer(child.stderr)]);
  clearTimeout(impatience);
  return { ...(await ended), stdout, stderr: stderr.toString('utf8') };
}

/** The plugin's error object, once the rules of failure hold: exit code 1, empty stdout, exactly one JSON object on stderr. */
export function failureOf(ended: Ended): { readonly errorCode: string; readonly errorMessage: string } {
  if (ended.code !== 1 || ended.stdout !== '')
    throw new Error(`expected exit code 1 and no output, found ${JSON.stringify(ended).slice(0, 500)}`);
  return JSON.parse(ended.stderr) as { readonly errorCode: string; readonly errorMessage: string };
}

/** The plugin's answer, once the rules of success hold: exit code 0, empty stderr, exactly one JSON object on stdout. */
export function answerOf(ended: Ended): Readonly<Record<string, unknown>> {
  if (ended.code !== 0 || ended.stderr !== '')
    throw new Error(`expected exit code 0 and no complaint, found ${JSON.stringify(ended).slice(0, 500)}`);
  return JSON.parse(ended.stdout) as Readonly<Record<string, unknown>>;
}
