// The tool by itself, in a notation's home: the same keys, the same trust.
import assert from 'node:assert/strict';
import { executableUnderTest, type Notation, type Result, runProgram } from '../support/notation.ts';

/** Runs the tool in the home of a notation, so that both read the same files. */
export function runTool(home: Notation, words: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ''): Promise<Result> {
  const own = { PATH: process.env['PATH'], HOME: home.folder, NOTATION_CONFIG: home.config, DOCKER_CONFIG: `${home.folder}/docker` };
  return runProgram(executableUnderTest(), words, { ...own, ...environment }, input);
}

export function assertSignedBy(result: Result, reference: string): void {
  assert.deepEqual(result, { code: 0, stdout: `Successfully signed ${reference}\n`, stderr: '' });
}
