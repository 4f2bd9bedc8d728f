import type { ToolContext } from '../context.ts';
import type { CommandDefinition } from '../line/definition.ts';
import { readLine } from '../line/reading.ts';
import { checkKnown } from '../line/usage-check.ts';
import { helpText } from './help-text.ts';
import { pageOf } from './page.ts';

/** Prints the help of a command, as wide as who reads it sees. */
export function printHelp(command: CommandDefinition, { out, screen }: ToolContext): number {
  out(helpText(pageOf(command), screen().columns));
  return 0;
}

/** Prints the help of the command that the words name. @throws NotationError `REQUEST` when they name none */
export function printHelpOf(words: readonly string[], root: CommandDefinition, context: ToolContext): number {
  const reading = readLine(words, root);
  checkKnown(reading);
  return printHelp(reading.command, context);
}
