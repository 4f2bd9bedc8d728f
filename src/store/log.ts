import { appendFileSync } from 'node:fs';
import type { Clock, Log } from '../core/ports.ts';
import { fileError } from './disk.ts';

const levels = ['error', 'warn', 'info', 'debug'];

/** A log that keeps nothing. */
export const silent: Log = () => undefined;

/**
 * A log that appends one JSON object a line to `path`, made with mode 0600, for messages at `level` and above.
 * The first line is written at once, so that a log that cannot be written is an error before anything is signed.
 * @throws NotationError `FILE`
 */
export function openLog(path: string, level: string, now: Clock, facts: Readonly<Record<string, string | number>>): Log {
  const log: Log = (lineLevel, message, more) => {
    if (levels.indexOf(lineLevel) > levels.indexOf(level)) return;
    append(path, `${redact(JSON.stringify({ time: now().toISOString(), level: lineLevel, message, ...facts, ...more }))}\n`);
  };
  append(path, '');
  return log;
}

/** Takes out what must never be written: PINs and passwords in URIs, bearer tokens, PEM private keys. */
export function redact(line: string): string {
  return line
    .replace(/(pin-value|password|passphrase|secret|token)=[^&;"\s]+/gi, '$1=[redacted]')
    .replace(/\bBearer [A-Za-z0-9._~+/=-]+/g, 'Bearer [redacted]')
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted private key]');
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text, { mode: 0o600 });
  } catch (cause) {
    throw fileError(`log file ${path} cannot be written`, cause);
  }
}
