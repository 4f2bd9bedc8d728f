import { sentenceOf, toNotationError } from '../core/error.ts';
import type { ToolContext } from './context.ts';
import { printable } from './fields.ts';
import { plainCommand } from './plain-commands.ts';

/** Runs one command of the tool and answers its exit code: 0, or 1 with one `Error:` line on stderr. */
export async function run(words: readonly string[], context: ToolContext): Promise<number> {
  try {
    const plain = plainCommand(words);
    if (plain !== undefined) return await plain(context);
    return await (await import('./commands.ts')).dispatch(words, context);
  } catch (error) {
    context.error(`Error: ${printable(oneLine(sentenceOf(toNotationError(error))))}\n`);
    return 1;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
