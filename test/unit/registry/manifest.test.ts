import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { signatureAnnotations } from '../../../src/envelope/annotations.ts';
import {
  checkSignatureDescriptor,
  encodeSignatureManifest,
  envelopeLimit,
  parseReferrer,
  parseSignatureManifest,
} from '../../../src/registry/manifest.ts';
import { needsVectors, thirdPartyFolder } from '../../support/third-party.ts';

const image = 'application/vnd.oci.image.manifest.v1+json';
const artifact = 'application/vnd.oci.artifact.manifest.v1+json';
const signature = 'application/vnd.cncf.notary.signature';
const empty = 'application/vnd.oci.empty.v1+json';
const zero = `sha256:${'0'.repeat(64)}`;
const one = `sha256:${'1'.repeat(64)}`;
const subject = { mediaType: image, digest: zero, size: 605 };
const layer = { mediaType: 'application/jose+json', digest: one, size: 2093 };
const config = { mediaType: signature, digest: zero, size: 2 };
const manifest = { schemaVersion: 2, mediaType: image, config, layers: [layer], subject, annotations: { a: 'b' } };
const { artifactType: newForm, ...emptyForm } = {
  ...manifest,
  artifactType: signature,
  config: { ...config, mediaType: empty, data: 'e30=' },
};
const legacy = { mediaType: artifact, artifactType: signature, blobs: [layer], subject, annotations: { a: 'b' } };

describe('the golden example', needsVectors, () => {
  const seed = join(thirdPartyFolder, '..', 'seed');
  const file = (name: string) => readFileSync(join(seed, name));

  test('is written byte for byte', () => {
    const envelope = file('envelope.jws.json');
    const digest = `sha256:${createHash('sha256').update(envelope).digest('hex')}`;
    assert.match(digest, /^sha256:cb71e04d/);
    const pem = file('leaf.crt').toString('utf8');
    const leaf = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const annotations = signatureAnnotations([leaf], new Date('2025-02-08T09:41:02.999Z'));
    const golden = parseSignatureManifest(file('signature-manifest.json'));
    const written = encodeSignatureManifest({
      subject: golden.subject,
      layer: { mediaType: 'application/jose+json', digest, size: envelope.length },
      annotations,
    });
    assert.equal(Buffer.from(written).toString(), file('signature-manifest.json').toString());
    assert.match(createHash('sha256').update(written).digest('hex'), /^b3d28887/);
  });

  test('the manifest of the artifactType form is read', () => {
    const read = parseSignatureManifest(readFileSync(join(thirdPartyFolder, 'registry/shared/signature-manifest.json')));
    assert.equal(read.layer.digest, 'sha256:586c5e0f341d7d07e835a06b7c9f21c21fff4f4a85933079e5859f99ba0ad02d');
    assert.equal(read.annotations['org.opencontainers.image.created'], '2023-03-14T08:10:02Z');
  });
});

describe('writing', () => {
  test('escapes and sorts as Go does', () => {
    const annotations = { '\u{10000}': '4', '\uffff': '3', b: '<>&\u2028\u2029', a: '"\\\u0001é' };
    const written = Buffer.from(encodeSignatureManifest({ subject, layer, annotations })).toString();
    const expected = String.raw`"annotations":{"a":"\"\\\u0001é","b":"\u003c\u003e\u0026\u2028\u2029",`;
    assert.ok(written.endsWith(`${expected}"\uffff":"3","\u{10000}":"4"}}`), written);
  });

  test('leaves out what subject and layer say besides, and annotations where there are none', () => {
    const noted = { annotations: { x: 'y' }, artifactType: 'z' };
    const written = Buffer.from(
      encodeSignatureManifest({ subject: { ...subject, ...noted }, layer: { ...layer, ...noted }, annotations: {} }),
    );
    assert.deepEqual(Object.keys(JSON.parse(written.toString())), ['schemaVersion', 'mediaType', 'config', 'layers', 'subject']);
    assert.deepEqual(JSON.parse(written.toString()).subject, subject);
    assert.deepEqual(JSON.parse(written.toString()).layers, [layer]);
  });

  test('thumbprints are in the order of the chain', () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    const annotations = signatureAnnotations([b, a], new Date(0));
    assert.equal(annotations['io.cncf.notary.x509chain.thumbprint#S256'], `["${hash(b)}","${hash(a)}"]`);
    assert.equal(annotations['org.opencontainers.image.created'], '1970-01-01T00:00:00Z');
  });
});

describe('reading', () => {
  const accepted = [
    ['the config form', manifest],
    ['an empty artifactType', { ...manifest, artifactType: '' }],
    ['the artifactType form', { ...emptyForm, artifactType: newForm }],
    ['the artifact manifest', legacy],
    ['unknown members', { ...manifest, more: [{}], layers: [{ ...layer, urls: [], more: 1 }] }],
  ] as const;
  for (const [name, document] of accepted) {
    test(`accepts ${name}`, () => {
      assert.deepEqual(parseSignatureManifest(bytesOf(document)), { subject, layer, annotations: { a: 'b' } });
    });
  }

  const refused = [
    ['another kind of config', { ...manifest, config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' } }, /config's/],
    ['an empty config alone', emptyForm, /config's mediaType: expected application\/vnd.cncf/],
    ['both forms at once', { ...manifest, artifactType: signature }, /config's mediaType: expected application\/vnd.oci.empty/],
    ['another artifactType', { ...emptyForm, artifactType: 'text/plain' }, /artifactType/],
    ['no config', { ...manifest, config: undefined }, /config: expected a JSON object, found nothing/],
    ['no layer', { ...manifest, layers: [] }, /exactly one layer, the envelope, found 0/],
    ['layers null', { ...manifest, layers: null }, /found 0/],
    ['two layers', { ...manifest, layers: [layer, layer] }, /found 2/],
    ['no subject', { ...manifest, subject: undefined }, /subject: expected a JSON object, found nothing/],
    ['another schema version', { ...manifest, schemaVersion: 1 }, /schemaVersion 2, found 1/],
    ['another media type', { ...manifest, mediaType: 'text/plain' }, /media type application/],
    ['a huge envelope', { ...manifest, layers: [{ ...layer, size: envelopeLimit + 1 }] }, /at most 33554432 bytes, found 33554433/],
    ['a size with a fraction', { ...manifest, layers: [{ ...layer, size: 1.5 }] }, /whole number of bytes, found 1.5/],
    ['a negative size', { ...manifest, layers: [{ ...layer, size: -1 }] }, /whole number/],
    ['a short digest', { ...manifest, layers: [{ ...layer, digest: 'sha256:00' }] }, /digest/],
    ['a digest that is a path', { ...manifest, layers: [{ ...layer, digest: 'sha256:../../etc' }] }, /digest/],
    ['an algorithm that is a path', { ...manifest, layers: [{ ...layer, digest: '..:00' }] }, /digest/],
    ['an upper-case digest', { ...manifest, subject: { ...subject, digest: `sha256:${'A'.repeat(64)}` } }, /digest/],
    ['an annotation that is a number', { ...manifest, annotations: { a: 1 } }, /annotations/],
    ['the artifact manifest of something else', { ...legacy, artifactType: 'text/plain' }, /artifactType/],
    ['the artifact manifest without blobs', { ...legacy, blobs: undefined }, /found 0/],
  ] as const;
  for (const [name, document, message] of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => parseSignatureManifest(bytesOf(document)),
        (error: unknown) => {
          assert.ok(error instanceof NotationError);
          assert.equal(error.code, 'MANIFEST');
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  const texts = [
    ['nothing', '', /found nothing/],
    ['an array', '[]', /JSON object/],
    ['half a document', '{"schemaVersion":2', /not valid JSON/],
    ['a member twice', '{"schemaVersion":2,"schemaVersion":2}', /once/],
    ['bytes after it', '{} {}', /not valid JSON/],
    ['more than 4 MiB', `{"a":"${'x'.repeat(4 << 20)}"}`, /at most 4194304 bytes/],
    ['a deep nest', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, /nested too deeply/],
  ] as const;
  for (const [name, text, message] of texts) {
    test(`refuses ${name}`, () => {
      assert.throws(() => parseSignatureManifest(Buffer.from(text)), { name: 'NotationError', code: 'MANIFEST', message });
    });
  }
});

describe('finding', () => {
  test('tells the artifact type in every form', () => {
    for (const document of [manifest, { ...emptyForm, artifactType: newForm }, legacy]) {
      const found = parseReferrer(bytesOf(document), document.mediaType);
      assert.deepEqual(found, { artifactType: signature, subject, annotations: { a: 'b' } });
    }
  });

  test('sees no subject where there is none, or in what is no manifest', () => {
    assert.equal(parseReferrer(bytesOf({ ...manifest, subject: undefined }), image), undefined);
    assert.equal(parseReferrer(bytesOf({ ...manifest, subject: null }), image), undefined);
    assert.equal(parseReferrer(Buffer.from('not JSON'), 'application/vnd.oci.image.index.v1+json'), undefined);
  });

  test('a signature manifest is of a known media type and no larger than 4 MiB', () => {
    for (const mediaType of [image, artifact]) checkSignatureDescriptor({ ...subject, mediaType, size: 4 << 20 });
    assert.throws(() => checkSignatureDescriptor({ ...subject, size: (4 << 20) + 1 }), { code: 'MANIFEST', message: /4194304/ });
    assert.throws(() => checkSignatureDescriptor({ ...subject, mediaType: 'text/plain' }), { code: 'MANIFEST', message: /text\/plain/ });
  });
});

function bytesOf(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}
