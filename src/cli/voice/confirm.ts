import type { ToolContext } from '../context.ts';
import { inputLines } from './input.ts';

/**
 * Asks a question on standard output, and takes `y` or `yes` in any case on standard input for a yes, whoever writes it. At the end of
 * input nothing is said: a script that gave no answer meant none.
 * @throws NotationError when standard input cannot be read
 */
export function confirm(question: string, { out, input }: ToolContext): boolean {
  out(`${question} [y/N] `);
  const answer = inputLines(input).next();
  if (answer.done === true) return false;
  const agreed = ['y', 'yes'].includes(answer.value.toLowerCase());
  if (!agreed) out('Operation cancelled.\n');
  return agreed;
}
