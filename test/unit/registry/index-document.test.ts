import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyIndex, encodeIndex, parseIndex, toEntry } from '../../../src/registry/index-document.ts';

const image = 'application/vnd.oci.image.manifest.v1+json';
const index = 'application/vnd.oci.image.index.v1+json';
const digest = `sha256:${'0'.repeat(64)}`;
const descriptor = { mediaType: image, digest, size: 605 };

describe('an index', () => {
  test('is written as it was read, strangers and all, with the entry added', () => {
    const text = `{"more":{"z":1,"a":[null,"<"]},"schemaVersion":2,"manifests":[{"size":605,"digest":"${digest}","mediaType":"${image}","platform":{"os":"linux"},"x-more":[{"b":1,"a":2}]}],"annotations":{"k":"v"}}`;
    const read = parseIndex(Buffer.from(text), 'index');
    const added = toEntry({ ...descriptor, annotations: { b: '2', a: '1' }, artifactType: 'text/plain' });
    const written = Buffer.from(encodeIndex(read, [...read.entries, added])).toString();
    const addition = `,{"mediaType":"${image}","digest":"${digest}","size":605,"annotations":{"a":"1","b":"2"},"artifactType":"text/plain"}]`;
    assert.equal(written, text.replace('<', '\\u003c').replace('],"annotations"', `${addition},"annotations"`));
  });

  test('of nothing is written as Go writes it', () => {
    assert.equal(Buffer.from(encodeIndex(emptyIndex, [])).toString(), `{"schemaVersion":2,"mediaType":"${index}","manifests":[]}`);
  });

  test('may do without media type and list', () => {
    for (const document of [{ schemaVersion: 2 }, { schemaVersion: 2, mediaType: index, manifests: null }]) {
      assert.deepEqual(parseIndex(Buffer.from(JSON.stringify(document)), 'index').entries, []);
    }
  });

  test('tells annotations and artifact type of its entries', () => {
    const manifests = [
      { ...descriptor, artifactType: 'a', annotations: { k: 'v' } },
      { ...descriptor, annotations: null, artifactType: '' },
    ];
    const { entries } = parseIndex(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })), 'index');
    assert.deepEqual(
      entries.map((entry) => entry.descriptor),
      [manifests[0], descriptor],
    );
  });

  const refused = [
    ['a manifest', { schemaVersion: 2, mediaType: image }, /index: expected media type application\/vnd.oci.image.index/],
    ['another schema', { schemaVersion: '2' }, /schemaVersion 2, found "2"/],
    ['manifests that are no list', { schemaVersion: 2, manifests: {} }, /manifests: expected a list, found an object/],
    [
      'an entry that is no object',
      { schemaVersion: 2, manifests: [descriptor, null] },
      /manifests\[1\]: expected a JSON object, found null/,
    ],
    ['an entry without a size', { schemaVersion: 2, manifests: [{ ...descriptor, size: undefined }] }, /manifests\[0\], size/],
    ['an entry without a media type', { schemaVersion: 2, manifests: [{ ...descriptor, mediaType: '' }] }, /manifests\[0\], mediaType/],
    ['an artifactType that is no text', { schemaVersion: 2, manifests: [{ ...descriptor, artifactType: 1 }] }, /artifactType/],
  ] as const;
  for (const [name, document, message] of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(() => parseIndex(Buffer.from(JSON.stringify(document)), 'index'), { code: 'MANIFEST', message });
    });
  }
});
