import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProgress } from '../../../../src/cli/voice/progress.ts';

const clear = '\r\u001b[K';

function open(total: number, stderrIsTerminal: boolean, columns = 80) {
  const said: string[] = [];
  const clock = { ms: 0 };
  const screen = () => ({ stdoutIsTerminal: false, stderrIsTerminal, columns });
  const progress = openProgress(total, { screen, error: (text) => void said.push(text), now: () => new Date(clock.ms) });
  return { said, clock, progress };
}

test('one line, drawn anew ten times a second at most, and at the end', () => {
  const { said, clock, progress } = open(4, true);
  for (const succeeded of [true, false, true, true]) {
    clock.ms += 60;
    progress.step(succeeded);
  }
  progress.end();
  assert.deepEqual(said, [
    `${clear}1 of 4, 16.7 a second`,
    `${clear}3 of 4, 1 failed, 16.7 a second`,
    `${clear}4 of 4, 1 failed, 16.7 a second`,
    clear,
  ]);
});

test('what is written meanwhile stands above the line', () => {
  const { said, progress } = open(2, true);
  progress.around(() => said.push('before\n'));
  progress.step(true);
  progress.around(() => said.push('hello\n'));
  assert.deepEqual(said, ['before\n', `${clear}1 of 2`, clear, 'hello\n', `${clear}1 of 2`]);
});

test('never wider than the terminal', () => {
  const { said, progress } = open(1000, true, 8);
  progress.step(true);
  assert.deepEqual(said, [`${clear}1 of 10`]);
});

test('nothing in a pipe', () => {
  const { said, progress } = open(1, false);
  progress.step(true);
  progress.around(() => said.push('hello\n'));
  progress.end();
  assert.deepEqual(said, ['hello\n']);
});
