import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readReferenceList } from '../../../../src/cli/artifact/reference-list.ts';
import { disk } from '../../../../src/store/disk.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const none = { input: { isTerminal: () => false, chunks: () => [] } };

test('references in order, each once, with the lines where they stand', async (t) => {
  const path = join(temporaryFolder(t), 'list');
  writeFileSync(path, '\ufeffa/b@sha256:1\r\n\n# a comment\n  c/d:e \n#f\na/b@sha256:1\ng/h');
  assert.deepEqual(await readReferenceList(path, disk, none), [
    { reference: 'a/b@sha256:1', place: `${path}:1` },
    { reference: 'c/d:e', place: `${path}:4` },
    { reference: 'g/h', place: `${path}:7` },
  ]);
});

test('- is standard input', async () => {
  const input = { isTerminal: () => false, chunks: () => [Buffer.from('a/b:'), Buffer.from('c\n')] };
  assert.deepEqual(await readReferenceList('-', disk, { input }), [{ reference: 'a/b:c', place: 'standard input:1' }]);
});

const refused: readonly (readonly [name: string, content: string | Uint8Array, message: RegExp])[] = [
  ['an empty file', '', /expected references, one a line, found none/],
  ['comments alone', '# a\n\n', /found none/],
  ['two on a line', 'a/b:c\n\na/b:c d/e:f\n', /:3: expected one reference on the line, found "a\/b:c d\/e:f".*/],
  ['a comment behind a reference', 'a/b:c # d\n', /:1: expected one reference/],
  ['a control character', 'a/b:c\u0007\n', /:1: expected one reference on the line, found "a\/b:c\\u0007"/],
  ['bytes that are no text', Buffer.from([0x61, 0xff]), /expected text in UTF-8/],
  ['a file without end', Buffer.alloc((16 << 20) + 1, 'a\n'), /expected at most 16777216 bytes/],
];

for (const [name, content, message] of refused) {
  test(`refuses ${name}`, async (t) => {
    const path = join(temporaryFolder(t), 'list');
    writeFileSync(path, content);
    await assert.rejects(readReferenceList(path, disk, none), message);
  });
}

test('refuses what is no file', async (t) => {
  const path = join(temporaryFolder(t), 'folder');
  await assert.rejects(readReferenceList(path, disk, none), /it does not exist/);
  mkdirSync(path);
  await assert.rejects(readReferenceList(path, disk, none), /expected a regular file/);
});
