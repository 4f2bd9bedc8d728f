// What a command does, on standard error for who asks: `--verbose` for its course, `--debug` for everything.
import type { Argv } from 'yargs';
import type { Log, LogLevel } from '../core/ports.ts';
import type { ToolContext } from './context.ts';
import { printable } from './fields.ts';

export interface Verbosity {
  readonly debug: boolean;
  readonly verbose: boolean;
}

/** `--debug` and `--verbose`. */
export function verbosityOptions<T>(parser: Argv<T>) {
  return parser
    .option('debug', { alias: 'd', type: 'boolean', default: false, describe: 'say everything that is done, on standard error' })
    .option('verbose', { alias: 'v', type: 'boolean', default: false, describe: 'say what is done, on standard error' });
}

/** A log in the form of notation's; it keeps nothing unless it is asked to. */
export function diagnosticsOf({ debug, verbose }: Verbosity, { error, now }: Pick<ToolContext, 'error' | 'now'>): Log {
  const shown: readonly LogLevel[] = debug ? ['error', 'warn', 'info', 'debug'] : verbose ? ['error', 'warn', 'info'] : [];
  return (level, message, facts = {}) => {
    if (!shown.includes(level)) return;
    const time = debug
      ? `time=${now()
          .toISOString()
          .replace(/\.\d+Z$/, 'Z')} `
      : '';
    const more = Object.entries(facts).map(([name, value]) => ` ${name}=${value}`);
    error(`${time}level=${level === 'warn' ? 'warning' : level} msg=${printable(message + more.join(''))}\n`);
  };
}
