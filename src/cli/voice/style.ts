// How output looks on a terminal; in pipes and files it is plain.
import type { Environment } from '../../core/ports.ts';

export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly symbols: Symbols;
}

export interface Symbols {
  readonly good: string;
  readonly bad: string;
  readonly warning: string;
}

/** The style of one stream: colours on a terminal that has them and whose user did not refuse them (no-color.org). */
export function styleOf(isTerminal: boolean, environment: Environment): Style {
  const coloured = isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  // Loaded for who sees it.
  const { styleText } = process.getBuiltinModule('node:util');
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    coloured ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: paint('green'),
    bad: paint('red'),
    warning: paint('yellow'),
    strong: paint('bold'),
    faint: paint('dim'),
    symbols:
      isTerminal && showsUnicode(environment) ? { good: '✓', bad: '✗', warning: '!' } : { good: 'ok', bad: 'failed', warning: 'warning' },
  };
}

/** What POSIX says of the characters of a terminal, and Windows Terminal of itself. */
function showsUnicode(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return /utf-?8/i.test(locale) || environment['WT_SESSION'] !== undefined;
}
