// What a command does, on standard error for who asks: `--verbose` for its course, `--debug` for everything.
import type { Argv } from 'yargs';
import type { Log, LogLevel } from '../../core/ports.ts';
import type { ToolContext } from '../context.ts';
import type { OptionRow } from '../line/option.ts';
import { printable } from './fields.ts';

export interface Verbosity {
  readonly debug: boolean;
  readonly verbose: boolean;
}

const group = 'Diagnostics';
const about = { debug: 'say everything that is done, on standard error', verbose: 'say what is done, on standard error' };

/** `--debug` and `--verbose`. */
export const verbosityRows: readonly OptionRow[] = [
  { name: 'debug', alias: 'd', kind: 'flag', default: false, group, describe: about.debug },
  { name: 'verbose', alias: 'v', kind: 'flag', default: false, group, describe: about.verbose },
];

/** The same for yargs, where a command's other options are its own. */
export function verbosityOptions<T>(parser: Argv<T>) {
  const [debug, verbose] = [flag('d', about.debug), flag('v', about.verbose)];
  return parser.option('debug', debug).option('verbose', verbose);
}

function flag(alias: string, describe: string) {
  return { alias, type: 'boolean', default: false, group, describe } as const;
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

/** Every line in both logs. */
export function inBoth(one: Log, other: Log): Log {
  return (...line) => {
    one(...line);
    other(...line);
  };
}
