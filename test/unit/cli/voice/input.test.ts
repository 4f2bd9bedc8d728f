import assert from 'node:assert/strict';
import { closeSync, openSync, readSync } from 'node:fs';
import { test } from 'node:test';
import { inputLines, readInput } from '../../../../src/cli/voice/input.ts';

const inputOf = (...pieces: readonly string[]) => ({ isTerminal: () => false, chunks: () => pieces.map((piece) => Buffer.from(piece)) });

const texts: readonly (readonly [name: string, pieces: readonly string[], lines: readonly string[]])[] = [
  ['nothing', [], []],
  ['one line', ['a\n'], ['a']],
  ['a line without its end', ['a\nb'], ['a', 'b']],
  ['lines in pieces', ['a', 'b\nc', '\n', '\n'], ['ab', 'c', '']],
  ['CRLF in pieces', ['a\r', '\nb\r\n'], ['a', 'b']],
  ['a character in pieces', ['ü\n'], ['ü']],
];

for (const [name, pieces, lines] of texts) {
  test(`lines of ${name}`, () => {
    assert.deepEqual([...inputLines(inputOf(...pieces))], lines);
    assert.equal(Buffer.from(readInput(inputOf(...pieces), 100)).toString(), pieces.join(''));
  });
}

test('a character that comes in two pieces', () => {
  const [first, second] = [Buffer.from([0xc3]), Buffer.from([0xbc, 0x0a])];
  assert.deepEqual([...inputLines({ isTerminal: () => false, chunks: () => [first, second] })], ['ü']);
});

test('no more is read than is asked for', () => {
  const read: string[] = [];
  const chunks = function* () {
    for (const piece of ['a\n', 'b\n']) {
      read.push(piece);
      yield Buffer.from(piece);
    }
  };
  assert.equal(inputLines({ isTerminal: () => false, chunks }).next().value, 'a');
  assert.deepEqual(read, ['a\n']);
});

test('lines and inputs without end are refused', () => {
  const endless = function* () {
    for (;;) yield Buffer.alloc(1024, 'x');
  };
  assert.throws(() => inputLines({ isTerminal: () => false, chunks: endless }).next(), /lines of at most 65536 bytes/);
  assert.throws(() => readInput({ isTerminal: () => false, chunks: endless }, 4096), /at most 4096 bytes/);
});

test('an input that cannot be read is told', () => {
  const chunks = function* () {
    const folder = openSync('.', 'r');
    try {
      readSync(folder, Buffer.alloc(1));
      yield Buffer.alloc(1);
    } finally {
      closeSync(folder);
    }
  };
  assert.throws(() => readInput({ isTerminal: () => false, chunks }, 10), /standard input cannot be read: EISDIR/);
});
