// Verdicts of the tool's commands: the exit code.

import { NotationError } from '../../src/core/error.ts';
import { runTool, type World } from '../support/tool.ts';
import type { Answer } from './answer.ts';

/** Runs one command in this process; what it says on standard error is why. */
export async function answerOfTool(words: readonly string[], world: World = {}): Promise<Answer> {
  const { code, stderr } = await runTool(words, world);
  return code === 0 ? { verdict: 'valid', why: 'done' } : { verdict: 'invalid', why: stderr.trimEnd() };
}

/** As `answerOfTool`, for a check: throws what the command complains of. */
export async function useTool(words: readonly string[], world: World = {}): Promise<void> {
  const { verdict, why } = await answerOfTool(words, world);
  if (verdict === 'invalid') throw new NotationError('REQUEST', why);
}
