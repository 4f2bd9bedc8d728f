// How each shell says what is to be completed, and how it is told what there is.
import { printable } from '../voice/fields.ts';
import { readBashLine } from './bash-line.ts';
import type { Completion } from './candidates.ts';
import type { Name } from './known-names.ts';

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** The line that a shell asks about. */
export interface Question {
  readonly before: readonly string[];
  readonly word: string;
  /** The fields of one candidate, as the shell's script takes them; undefined for what cannot be written in that shell. */
  readonly fields: (name: Name) => readonly string[] | undefined;
}

const readers: Readonly<Record<Shell, (said: readonly string[]) => Question>> = {
  bash: ([line = '', breaks = '']) => {
    const { before, word, write } = readBashLine(line, breaks);
    return { before, word, fields: ({ value }) => listed(write(value)) };
  },
  zsh: (said) => ({ before: said.slice(0, -1), word: said.at(-1) ?? '', fields: valueAndMeaning }),
  // The word at the cursor comes as it is typed; fish reads and writes quotes by itself.
  fish: (said) => ({ before: said.slice(0, -1), word: readBashLine(`x ${said.at(-1) ?? ''}`, '').word, fields: valueAndMeaning }),
  // No version of PowerShell hands over empty words and quotes whole: they come as base64, joined by NUL.
  powershell: ([encoded = '']) => {
    const words = Buffer.from(encoded, 'base64').toString('utf8').split('\0');
    return {
      before: words.slice(0, -1),
      word: words.at(-1) ?? '',
      fields: ({ value, says }) => [inPowerShell(value), value, shortened(says) || value],
    };
  },
};

/** Whether a script of that shell's is there. */
export function isShell(name: string): name is Shell {
  return (shells as readonly string[]).includes(name);
}

/** What a shell's script asks. */
export function readQuestion(shell: Shell, said: readonly string[]): Question {
  return readers[shell](said);
}

/** The answer, a line for each candidate: `=`, and its fields with tabs between them. A line with `:` tells how to go on. */
export function answerText({ candidates, search, open }: Completion, { fields }: Question): string {
  const lines = candidates.flatMap((name) => listed(fields(name)?.join('\t'))).map((line) => `=${line}`);
  return [...lines, ...listed(search).map((where) => `:${where}`), ...(open ? [':open'] : [])].map((line) => `${line}\n`).join('');
}

function valueAndMeaning({ value, says }: Name): readonly string[] {
  return [value, shortened(says)];
}

/** On one line, which is all that a list has for it. */
function shortened(says: string): string {
  const text = printable(says);
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}

/** As PowerShell writes a text in which nothing has a meaning; it takes typographic quotes for quotes. */
function inPowerShell(value: string): string {
  return /^[\w./:=\\-]+$/.test(value) ? value : `'${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

function listed<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
