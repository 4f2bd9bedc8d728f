import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkUserMetadata, encodePayload, parsePayload, payloadMediaType } from '../../../src/core/payload.ts';
import { thirdPartyFolder } from '../../support/third-party.ts';

const digest = `sha256:${'0a'.repeat(32)}`;
const artifact = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 605 };

test('a payload is read back as it was written', () => {
  for (const descriptor of [artifact, { ...artifact, size: 0, annotations: { 'io.wabbit.build': 'α <&> "' } }]) {
    assert.deepEqual(parsePayload(JSON.parse(Buffer.from(encodePayload(descriptor)).toString())), descriptor);
  }
});

test('no annotations are no member', () => {
  assert.deepEqual(encodePayload({ ...artifact, annotations: {} }), encodePayload(artifact));
});

const seed = join(thirdPartyFolder, '..', 'seed', 'envelope.jws.json');
test('the golden envelope is read', { skip: existsSync(seed) ? false : 'vectors absent: no seed envelope' }, () => {
  const envelope = JSON.parse(readFileSync(seed, 'utf8'));
  const read = (part: string) => JSON.parse(Buffer.from(envelope[part], 'base64url').toString());
  assert.equal(read('protected').cty, payloadMediaType);
  const { mediaType, size, digest: found } = parsePayload(read('payload'));
  assert.deepEqual([mediaType, size, found.slice(0, 15)], ['application/vnd.oci.image.manifest.v1+json', 605, 'sha256:f17fbc7d']);
  // notation's JWS writer sorts members; the values are the same.
  assert.deepEqual(JSON.parse(Buffer.from(encodePayload({ mediaType, size, digest: found })).toString()), read('payload'));
});

const refused: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['an array', []],
  ['no artifact', {}],
  ['an artifact that is null', { targetArtifact: null }],
  ...Object.entries({
    mediaType: ['', 1, undefined],
    digest: ['', 'sha256:', digest.toUpperCase(), `sha256:${'0a'.repeat(31)}`, `md5:${'0a'.repeat(16)}`, '__proto__:00', undefined],
    size: [-1, 1.5, '605', 2 ** 53, undefined],
    annotations: [null, [], { a: 1 }],
  }).flatMap(([member, values]) =>
    values.map((value) => [`${member} ${JSON.stringify(value)}`, { targetArtifact: { ...artifact, [member]: value } }] as const),
  ),
];

for (const [name, value] of refused) {
  test(`refuses ${name}`, () => assert.throws(() => parsePayload(value), { name: 'NotationError', code: 'REQUEST' }));
}

test('user metadata keeps off the reserved prefix', () => {
  checkUserMetadata({ 'io.wabbit.build': '1', 'x.io.cncf.notary': '2' });
  assert.throws(() => checkUserMetadata({ 'io.cncf.notary.x': '1' }), /reserved prefix io\.cncf\.notary/);
});
