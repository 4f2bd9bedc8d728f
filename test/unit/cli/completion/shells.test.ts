// Lines as bash and PowerShell hand them over, and candidates as they take them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBashLine } from '../../../../src/cli/completion/bash-line.ts';
import { answerText, readQuestion } from '../../../../src/cli/completion/shells.ts';

const breaks = ' \t\n"\'><=;|&(:';

const lines: readonly (readonly [line: string, before: readonly string[], word: string])[] = [
  ['x ', [], ''],
  ['x', [], 'x'],
  ['x sign', [], 'sign'],
  ['x  sign   --id ', ['sign', '--id'], ''],
  ['x a\\ b c', ['a b'], 'c'],
  ['x "a b" \'c d\' e"f g', ['a b', 'c d'], 'ef g'],
  ['x "a\\"b\\$c\\n" d', ['a"b$c\\n'], 'd'],
  ["x 'a\\' b", ['a\\'], 'b'],
  ['x $(touch y) z', ['$(touch', 'y)'], 'z'],
  ['x a\\', [], 'a\\'],
  ['x --id=a:b', [], '--id=a:b'],
];

for (const [line, before, word] of lines) {
  test(`bash's line «${line}»`, () => {
    const read = readBashLine(line, breaks);
    assert.deepEqual([read.before, read.word], [before, word]);
  });
}

/** The part of the line that readline replaces begins after the quote, or after the last character that breaks words. */
const written: readonly (readonly [line: string, value: string, text: string | undefined])[] = [
  ['x ', 'release', 'release'],
  ['x ', 'a b', 'a\\ b'],
  ['x ', '$(y)`z`', '\\$\\(y\\)\\`z\\`'],
  ['x "', '$(y)`z`"\\', '\\$(y)\\`z\\`\\"\\\\'],
  ['x "a', 'a!b', undefined],
  ["x '", '$(y)', '$(y)'],
  ["x '", "it's", undefined],
  ['x reg:5', 'reg:5000/a b', '5000/a\\ b'],
  ['x --id=a', '--id=a b', 'a\\ b'],
  ['x "reg:5', 'reg:5000/a b', 'reg:5000/a b'],
  ['x ab"c', 'abc d', 'c d'],
  ['x ', 'ünï-中', 'ünï-中'],
  ['x ', '~root', '\\~root'],
  ['x ', '#a!b', '\\#a\\!b'],
];

for (const [line, value, text] of written) {
  test(`bash is given «${text ?? 'nothing'}» for ${value} after «${line}»`, () =>
    assert.equal(readBashLine(line, breaks).write(value), text));
}

function inPowerShell(value: string): string {
  const question = readQuestion('powershell', []);
  return answerText({ candidates: [{ value, says: 'what\nit is' }], search: undefined, open: false }, question);
}

test('PowerShell hands over words in base64, and takes quoted ones', () => {
  const { before, word } = readQuestion('powershell', [Buffer.from('sign\0--key\0a "b\u2019').toString('base64')]);
  assert.deepEqual([before, word], [['sign', '--key'], 'a "b\u2019']);
  assert.equal(inPowerShell('release'), '=release\trelease\twhat\\u000ait is\n');
  assert.equal(inPowerShell("it's $(x)"), "='it''s $(x)'\tit's $(x)\twhat\\u000ait is\n");
  assert.equal(inPowerShell('a\u2019;x'), "='a\u2019\u2019;x'\ta\u2019;x\twhat\\u000ait is\n");
});

test('the answer has a line for each candidate, and lines that tell how to go on', () => {
  const question = readQuestion('zsh', ['sign', '']);
  const long = 'x'.repeat(200);
  const answer = answerText(
    {
      candidates: [
        { value: '--a', says: long },
        { value: '--b', says: '' },
      ],
      search: 'files',
      open: true,
    },
    question,
  );
  assert.equal(answer, `=--a\t${long.slice(0, 89)}…\n=--b\t\n:files\n:open\n`);
});
