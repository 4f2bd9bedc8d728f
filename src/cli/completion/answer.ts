import type { ToolContext } from '../context.ts';
import { complete } from './complete.ts';
import { answerText, isShell, readQuestion } from './shells.ts';

/**
 * Tells a shell's script what the word at the cursor may become. It is asked at each press of a key: nothing is written anywhere, no network is
 * asked, and what goes wrong is no candidate.
 * @param words the shell's name, and what its script hands over
 */
export async function answerShell([shell = '', ...said]: readonly string[], context: ToolContext): Promise<number> {
  if (!isShell(shell)) return 0;
  try {
    const question = readQuestion(shell, said);
    const { definedCommands } = await import('../commands.ts');
    context.out(answerText(await complete(question.before, question.word, definedCommands(context), context), question));
  } catch {
    // Whoever types a line has not asked for anything yet.
  }
  return 0;
}
