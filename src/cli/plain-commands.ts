// The commands whose start counts: a line that is plainly right reaches them without yargs, and what shells ask reaches its answer as it is.

import { readingTable } from './artifact/signature-commands.ts';
import type { ToolContext } from './context.ts';
import type { OptionTable } from './line/option.ts';
import { type PlainLine, readPlainly } from './line/plain-line.ts';
import { signTable } from './sign/sign-options.ts';
import { verifyTable } from './verify/verify-options.ts';

type Run = (line: PlainLine, context: ToolContext) => Promise<number>;

interface PlainCommand {
  readonly table: OptionTable;
  readonly run: Run;
}

const list: PlainCommand = {
  table: readingTable,
  run: async ({ words, values }, context) => (await import('./artifact/list.ts')).list(words, values, context),
};

const commands: ReadonlyMap<string, PlainCommand> = new Map([
  ['list', list],
  ['ls', list],
  [
    'inspect',
    {
      table: readingTable,
      run: async ({ words, values }, context) => (await import('./inspect/inspect.ts')).inspect(words, values, context),
    },
  ],
  [
    'sign',
    {
      table: signTable,
      run: async ({ words, values }, context) => (await import('./sign/sign.ts')).signReferences(words, values, context),
    },
  ],
  [
    'verify',
    {
      table: verifyTable,
      run: async ({ words, values }, context) => (await import('./verify/verify.ts')).verifyReferences(words, values, context),
    },
  ],
]);

/** What a command line asks for, when that is beyond doubt. */
export function plainCommand([name = '', ...rest]: readonly string[]): ((context: ToolContext) => Promise<number>) | undefined {
  if (name === '__complete') return async (context) => (await import('./completion/answer.ts')).answerShell(rest, context);
  const command = commands.get(name);
  const line = command === undefined ? undefined : readPlainly(rest, command.table);
  return command === undefined || line === undefined ? undefined : (context) => command.run(line, context);
}
