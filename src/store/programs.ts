// Other programs of this machine, found as a shell finds them and run for a moment.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { withoutCredentials } from '../core/environment.ts';
import { NotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import type { Environment } from '../core/ports.ts';
import type { Surroundings } from './directories.ts';

const outputLimit = 1 << 20;

/** How a program's run ended: its exit code was 0 or not. */
export interface ProgramResult {
  readonly succeeded: boolean;
  readonly output: string;
}

/** The absolute path of a program in PATH; undefined when there is none. What PATH has in the working directory is not taken. */
export async function findProgram(name: string, { environment, platform }: Surroundings): Promise<string | undefined> {
  const file = platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter)) {
    const path = join(folder, file);
    if (isAbsolute(folder) && (await isProgram(path))) return path;
  }
  return undefined;
}

/**
 * Runs a program with all of `input` and answers what it prints. It never sees the password that notation's variables hold.
 * @param timeoutMs milliseconds after which it is ended
 * @param signal ends it before that, with the same error
 * @throws NotationError `TIMEOUT`, `FILE` when it does not run, `UNAVAILABLE` when it prints more than 1 MiB
 */
export async function runProgram(
  path: string,
  words: readonly string[],
  input: string,
  environment: Environment,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ProgramResult> {
  const env = withoutCredentials(environment);
  const limits = { timeout: timeoutMs, maxBuffer: outputLimit, killSignal: 'SIGKILL', env, ...(signal && { signal }) } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(path, [...words], limits, (error, output) => {
      if (error === null || typeof error.code === 'number') resolve({ succeeded: error === null, output });
      else reject(endOf(error, path, timeoutMs));
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function endOf(
  error: Error & { readonly killed?: boolean | undefined; readonly code?: unknown },
  path: string,
  timeoutMs: number,
): NotationError {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new NotationError('UNAVAILABLE', `${path}: expected at most ${outputLimit} bytes of output, found more`);
  }
  if (error.killed === true || error.name === 'AbortError')
    return new NotationError('TIMEOUT', `${path}: expected an end within ${timeoutMs / 1000} s, found none`);
  return fileError(`${path} cannot be run`, error);
}
