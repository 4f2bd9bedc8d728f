import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { checkMediaType } from '../../../src/sign/blob.ts';

test('media types of blobs', () => {
  for (const good of ['application/octet-stream', 'application/vnd.a.b+json', 'text/plain; charset=utf-8', 'video/mp4 ;a=b'])
    checkMediaType(good);
  for (const bad of ['', 'video', 'video/', '/mp4', 'video/mp4/zoping', 'video /mp4', 'video/mp4\n', ' text/plain', 'text/plain x'])
    assert.throws(
      () => checkMediaType(bad),
      (error) => error instanceof NotationError && error.code === 'REQUEST',
      bad,
    );
});
