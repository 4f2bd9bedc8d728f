import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askHidden } from '../../../../src/cli/voice/password.ts';
import { openContext } from '../../../support/tool.ts';

function ask(input: string, terminal = true) {
  const seen: string[] = [];
  const context = {
    ...openContext({ input, terminal }),
    error: (text: string) => void seen.push(text),
    setRawKeys: (raw: boolean) => void seen.push(raw ? 'raw' : 'cooked'),
  };
  return { seen, answer: () => askHidden('Password: ', context) };
}

describe('a password at the terminal', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['Enter ends it', 'word\rrest', 'word'],
    ['a line end ends it', 'word\nrest', 'word'],
    ['Ctrl-D ends it', 'word\x04rest', 'word'],
    ['the end of input ends it', 'word', 'word'],
    ['Backspace takes a character, of any length', 'wört\x7f\x7f\x7förd\b\r', 'wör'],
    ['Backspace at the beginning takes nothing', '\x7fword\r', 'word'],
    ['nothing', '\r', ''],
  ];
  for (const [name, typed, password] of cases) {
    test(name, () => {
      const { seen, answer } = ask(typed);
      assert.equal(answer(), password);
      assert.deepEqual(seen, ['Password: ', 'raw', 'cooked', '\n']);
    });
  }

  test('Ctrl-C ends the command, and the terminal is as it was', () => {
    const { seen, answer } = ask('wo\x03rd\r');
    assert.throws(answer, { code: 'REQUEST', message: 'interrupted' });
    assert.deepEqual(seen, ['Password: ', 'raw', 'cooked', '\n']);
  });

  test('nobody is asked where there is no terminal', () => {
    const { seen, answer } = ask('word\r', false);
    assert.throws(answer, { code: 'REQUEST', message: 'password required' });
    assert.deepEqual(seen, []);
  });
});
