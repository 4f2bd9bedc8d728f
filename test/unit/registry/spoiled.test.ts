// Manifests, indexes and references with a few bytes spoiled: read or refused in the project's words, and never anything else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../src/core/error.ts';
import { encodeIndex, parseIndex, toEntry } from '../../../src/registry/index-document.ts';
import { parseLayoutReference } from '../../../src/registry/layout-reference.ts';
import { encodeSignatureManifest, parseReferrer, parseSignatureManifest } from '../../../src/registry/manifest.ts';
import { imageIndex, imageManifest } from '../../support/layout.ts';

const subject = { mediaType: imageManifest, digest: `sha256:${'0'.repeat(64)}`, size: 605 };
const annotations = { 'org.opencontainers.image.created': '2025-02-08T09:41:02Z' };
const manifest = encodeSignatureManifest({ subject, layer: { ...subject, mediaType: 'application/cose' }, annotations });
const index = encodeIndex({ json: { schemaVersion: 2, mediaType: imageIndex }, entries: [] }, [toEntry({ ...subject, annotations })]);

const words = [
  'null',
  '{}',
  '[]',
  '1e999',
  '-1',
  '0.5',
  '"x"',
  '"\\u202e"',
  '9007199254740993',
  '"__proto__":1,',
  '"',
  '}',
  ',',
  '\\',
  '\u{fffe}',
];
const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(20), word: fc.constantFrom(...words) });
const changes = fc.array(change, { minLength: 1, maxLength: 3 });

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function spoil(bytes: Uint8Array, all: readonly Change[]): Uint8Array {
  return all.reduce((spoiled, { at, cut, word }) => {
    const place = Math.floor(at * spoiled.length);
    return Buffer.concat([spoiled.subarray(0, place), Buffer.from(word), spoiled.subarray(place + cut)]);
  }, bytes);
}

const readers: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => void])[] = [
  ['a signature manifest', manifest, (bytes) => parseSignatureManifest(bytes)],
  ['a referrer', manifest, (bytes) => parseReferrer(bytes, imageManifest)],
  [
    'a reference into a layout',
    Buffer.from('C:\\layouts\\app@sha256:00'),
    (bytes) => parseLayoutReference(Buffer.from(bytes).toString('utf8')),
  ],
  [
    'an index, which can be written and read again',
    index,
    (bytes) => {
      const read = parseIndex(bytes, 'index');
      assert.deepEqual(parseIndex(encodeIndex(read, read.entries), 'index'), read);
    },
  ],
];

for (const [name, whole, read] of readers) {
  test(`${name} is read or refused`, () => {
    const isReadOrRefused = (all: readonly Change[]) => {
      try {
        read(spoil(whole, all));
      } catch (error) {
        assert.ok(error instanceof NotationError && ['MANIFEST', 'REQUEST'].includes(error.code), String(error));
        assert.ok(error.message.length < 500);
      }
    };
    read(whole);
    fc.assert(fc.property(changes, isReadOrRefused), { numRuns: 3000 });
  });
}
