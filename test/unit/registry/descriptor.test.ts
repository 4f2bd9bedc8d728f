import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sameContent } from '../../../src/registry/descriptor.ts';
import { isDigest } from '../../../src/registry/digest.ts';
import { digestOf, emptyObject, emptyObjectDigest } from '../../../src/registry/manifest.ts';

describe('digests', () => {
  const good = [
    digestOf(Buffer.from('x')),
    emptyObjectDigest,
    `sha512:${'0a'.repeat(64)}`,
    `sha384:${'0'.repeat(96)}`,
    'sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564',
    'multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8',
  ];
  for (const text of good) test(`${text.slice(0, 40)} is one`, () => assert.ok(isDigest(text)));

  const bad = ['', 'sha256', 'sha256:', `sha256:${'0'.repeat(63)}`, `sha256:${'G'.repeat(64)}`, `sha256:${'0'.repeat(64)}\n`];
  const paths = ['..:..', 'sha256:../../x', './sha256:00', 'a..b:00', 'a:b/c', 'a/b:c', 'a\\b:c', `md5:..`];
  for (const text of [...bad, ...paths]) test(`${JSON.stringify(text)} is none`, () => assert.ok(!isDigest(text)));

  test('of nothing but braces', () => {
    assert.equal(Buffer.from(emptyObject).toString(), '{}');
    assert.equal(emptyObjectDigest, 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

test('two descriptors are of the same content when media type, digest and size agree', () => {
  const one = { mediaType: 'a', digest: emptyObjectDigest, size: 2 };
  assert.ok(sameContent(one, { ...one, annotations: { a: 'b' } }));
  for (const change of [{ mediaType: 'b' }, { digest: digestOf(Buffer.from('')) }, { size: 3 }])
    assert.ok(!sameContent(one, { ...one, ...change }));
});
