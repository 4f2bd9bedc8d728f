import { sentenceOf, toNotationError } from '../core/error.ts';
import type { ToolContext } from './context.ts';
import { plainCommand } from './plain-commands.ts';
import { oneLine, printable } from './voice/fields.ts';
import { styleOf } from './voice/style.ts';

/** Runs one command of the tool and answers its exit code: 0, or 1 with one `Error:` line on stderr. */
export async function run(words: readonly string[], plainly: ToolContext): Promise<number> {
  const context = painted(plainly);
  try {
    const plain = plainCommand(words);
    if (plain !== undefined) return await plain(context);
    return await (await import('./commands.ts')).dispatch(words, context);
  } catch (error) {
    context.error(`Error: ${printable(oneLine(sentenceOf(toNotationError(error))))}\n`);
    return 1;
  }
}

/** What is wrong, or may be, catches the eye of whoever looks at a terminal. */
function painted(context: ToolContext): ToolContext {
  const error = (text: string) => {
    const { bad, strong, warning } = styleOf(context.screen().stderrIsTerminal, context.environment);
    const shown = text.replace(/^Error:/, bad).replace(/^Warning:/, warning);
    context.error(shown.replace(/^(?:Signature \S+|The signature) was \w+[^\n]*/, strong));
  };
  return { ...context, error };
}
