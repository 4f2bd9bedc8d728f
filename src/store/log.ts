import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { NotationError, toNotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import { type Clock, type Environment, type Log, type LogLevel, logLevels } from '../core/ports.ts';

/**
 * A log that appends one JSON object a line to `path`, made with mode 0600, for messages at `level` and above.
 * The file is opened at once, so that a log that cannot be written is an error before anything is signed.
 * @throws NotationError `FILE`
 */
export function openLog(path: string, level: LogLevel, now: Clock, facts: Readonly<Record<string, string | number>>): Log {
  const log: Log = (lineLevel, message, more) => {
    if (logLevels.indexOf(lineLevel) > logLevels.indexOf(level)) return;
    append(path, `${redact(JSON.stringify({ time: now().toISOString(), level: lineLevel, message, ...facts, ...more }))}\n`);
  };
  append(path, '');
  return log;
}

/** Who starts a log: where the environment says it is, and the clock of its lines. */
export interface LogHost {
  readonly environment: Environment;
  readonly now: Clock;
}

/** The log in the file that the option log_file names, or else in that of NOTATION_TS_KMS_LOG; one that keeps nothing without either. @throws as `openLog` */
export function chooseLog(
  option: string | undefined,
  level: LogLevel,
  { environment, now }: LogHost,
  facts: Readonly<Record<string, string>>,
): Log {
  const path = option ?? environment['NOTATION_TS_KMS_LOG'];
  return path ? openLog(path, level, now, facts) : () => undefined;
}

/** Logs an error with its code and the message of what caused it. */
export function logFailure(log: Log, error: unknown): void {
  const { code, message } = toNotationError(error);
  log('error', message, { code, ...(error instanceof Error && error.cause instanceof Error && { cause: error.cause.message }) });
}

/** `work`; why it fails is told to the log besides. */
export async function withFailureLogged<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    logFailure(log, error);
    throw error;
  }
}

/** Takes out what must never be written: PINs and passwords in URIs, bearer tokens, PEM private keys. */
export function redact(line: string): string {
  return line
    .replace(/(pin-value|password|passphrase|secret|token)=[^&;"\s]+/gi, '$1=[redacted]')
    .replace(/\bBearer [A-Za-z0-9._~+/=-]+/g, 'Bearer [redacted]')
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted private key]');
}

/** O_NONBLOCK: a named pipe must not be waited for; it is refused by its kind. */
function append(path: string, text: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0), 0o600);
    if (!fstatSync(file).isFile()) throw new NotationError('FILE', `log file ${path}: expected a regular file, found another kind`);
    writeSync(file, text);
  } catch (cause) {
    throw cause instanceof NotationError ? cause : fileError(`log file ${path} cannot be written`, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
