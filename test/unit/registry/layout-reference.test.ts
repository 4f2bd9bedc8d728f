import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseLayoutReference } from '../../../src/registry/layout-reference.ts';

describe('a reference into a layout', () => {
  const good = [
    ['img:v1', 'img', 'v1'],
    ['./img/:v1', './img/', 'v1'],
    ['img@sha256:00', 'img', 'sha256:00'],
    ['img:v1@sha256:00', 'img:v1', 'sha256:00'],
    ['a@b@c', 'a@b', 'c'],
    ['img:v1:v2', 'img:v1', 'v2'],
    ['C:\\img:v1', 'C:\\img', 'v1'],
    ['C:/img:v1', 'C:/img', 'v1'],
    ['C:\\img@sha256:00', 'C:\\img', 'sha256:00'],
    ['c:v1', 'c', 'v1'],
    ['1:\\x', '1', '\\x'],
  ] as const;
  for (const [text, path, tagOrDigest] of good)
    test(`${text} is ${tagOrDigest} in ${path}`, () => assert.deepEqual(parseLayoutReference(text), { path, tagOrDigest }));

  const bad = [
    ['img', /expected a tag or a digest, found none/],
    ['img:', /expected a tag or a digest/],
    ['img@', /expected a tag or a digest/],
    ['C:\\img', /expected a tag or a digest/],
    [':v1', /expected a path/],
    ['@sha256:00', /expected a path/],
    ['', /expected a path/],
  ] as const;
  for (const [text, message] of bad)
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseLayoutReference(text), { code: 'REQUEST', message, hint: /<file_path>:<tag>/ });
    });
});
