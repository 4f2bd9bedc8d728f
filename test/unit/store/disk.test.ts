import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { disk } from '../../../src/store/disk.ts';
import { replaceWhole, writeWhole } from '../../../src/store/write.ts';
import { temporaryFolder } from '../../support/key-files.ts';

function fileErrorSaying(message: RegExp) {
  return (error: unknown) => error instanceof NotationError && error.code === 'FILE' && message.test(error.message);
}

test('a read says what is wrong with the file', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'big'), 'x'.repeat(11));
  await assert.rejects(
    disk.read(join(folder, 'absent'), 'key file', 10),
    fileErrorSaying(/key file .*absent cannot be read: it does not exist/),
  );
  await assert.rejects(disk.read(folder, 'key file', 10), fileErrorSaying(/expected a regular file|it is a directory/));
  await assert.rejects(disk.read(join(folder, 'big'), 'key file', 10), fileErrorSaying(/expected at most 10 bytes, found 11/));
  await assert.rejects(disk.read('/dev/zero', 'key file', 10), fileErrorSaying(/expected a regular file/));
});

test('a write is whole, has its mode, and leaves nothing else', async (t) => {
  const path = join(temporaryFolder(t), 'a', 'b', 'file');
  await writeWhole(path, 'one', 0o600);
  await writeWhole(path, 'two', 0o644);
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(join(path, '..')), ['file']);
});

test('a write that fails half-way leaves the old file and no trace', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'file');
  await writeWhole(path, 'old', 0o600);
  const fill = async (temporary: string) => {
    writeFileSync(temporary, 'half');
    throw new Error('no space');
  };
  await assert.rejects(replaceWhole(path, fill, 0o600), fileErrorSaying(/cannot be written/));
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('a write over a link replaces the link, not what it points to', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'target'), 'untouched');
  symlinkSync('target', join(folder, 'link'));
  await writeWhole(join(folder, 'link'), 'new', 0o600);
  assert.equal(readFileSync(join(folder, 'target'), 'utf8'), 'untouched');
});

test('a write where a folder stands is an error', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'x', 'y'), { recursive: true });
  await assert.rejects(writeWhole(join(folder, 'x'), 'new', 0o600), fileErrorSaying(/cannot be written/));
});
