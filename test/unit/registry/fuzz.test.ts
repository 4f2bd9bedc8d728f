// Spoiled documents and references: nothing but an error of ours comes out, and what is read holds together.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { chooseChallenge } from '../../../src/registry/challenge.ts';
import { encodeIndex, parseIndex } from '../../../src/registry/index-document.ts';
import { parseLayoutReference } from '../../../src/registry/layout-reference.ts';
import { digestOf, encodeSignatureManifest, parseReferrer, parseSignatureManifest } from '../../../src/registry/manifest.ts';
import { parseReference } from '../../../src/registry/reference.ts';
import { type Mutation, ofBytes, ofDocument } from '../../support/mutation.ts';
import { randomFrom } from '../../support/random.ts';

/** Spoiled inputs for each kind. */
const iterations = Number(process.env['NOTATION_TS_KMS_FUZZ_ITERATIONS'] ?? 20_000) / 5;
const seed = Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? 7);

const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
const subject = { mediaType: imageManifest, digest: digestOf(Buffer.from('artifact')), size: 8 };
const layer = { mediaType: 'application/jose+json', digest: digestOf(Buffer.from('envelope')), size: 8 };
const manifest = encodeSignatureManifest({
  subject,
  layer,
  annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z', a: '<&>é' },
});
const newer = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: imageManifest,
    artifactType: 'application/vnd.cncf.notary.signature',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2, data: 'e30=' },
    layers: [layer],
    subject,
  }),
);
const index = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { ...subject, annotations: { 'org.opencontainers.image.ref.name': 'v1' }, platform: { os: 'linux', architecture: 'amd64' } },
      { ...layer, mediaType: imageManifest, artifactType: 'application/vnd.cncf.notary.signature' },
    ],
  }),
);

interface Kind {
  readonly name: string;
  readonly good: readonly Uint8Array[];
  readonly mutations: readonly Mutation[];
  /** Reads, and checks that what was read holds together. */
  readonly read: (bytes: Uint8Array) => void;
}

const kinds: readonly Kind[] = [
  { name: 'signature manifests', good: [manifest, newer], mutations: [...ofBytes, ...ofDocument], read: readManifest },
  { name: 'indexes', good: [index], mutations: [...ofBytes, ...ofDocument], read: readIndex },
  {
    name: 'references',
    good: ['registry.example.com:5000/team/app:v1', `localhost:5000/app@${subject.digest}`, `[::1]:5000/a/b:t@${subject.digest}`].map(
      Buffer.from,
    ),
    mutations: ofBytes,
    read: readReference,
  },
  {
    name: 'references to layouts',
    good: ['./layout:v1', `/srv/layout@${subject.digest}`, 'C:\\layout:v1'].map(Buffer.from),
    mutations: ofBytes,
    read: (bytes) => assert.notEqual(parseLayoutReference(textOf(bytes)).tagOrDigest, ''),
  },
  {
    name: 'challenges',
    good: [
      'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull"',
      'Basic realm="x", Bearer realm="https://a.example/t"',
    ].map(Buffer.from),
    mutations: ofBytes,
    read: (bytes) => void chooseChallenge(textOf(bytes)),
  },
];

for (const { name, good, mutations, read } of kinds) {
  describe(name, () => {
    test('are read when nothing is spoiled', () => {
      for (const bytes of good) read(bytes);
    });

    test(`spoiled ${iterations} times with seed ${seed}`, () => {
      const random = randomFrom(seed);
      for (let round = 0; round < iterations; round += 1) {
        let bytes = random.pick(good);
        // JSON is spoiled as such only while it is JSON.
        for (let times = random.below(3), first = true; times >= 0; times -= 1, first = false) {
          if (bytes.length > 0) bytes = random.pick(first ? mutations : ofBytes)(bytes, random, random.pick(good));
        }
        try {
          read(bytes);
        } catch (error) {
          if (error instanceof NotationError && error.code !== 'INTERNAL' && error.message.length < 500 + 3 * bytes.length) continue;
          throw new Error(`round ${round}: ${Buffer.from(bytes).toString('hex').slice(0, 4000)}`, { cause: error });
        }
      }
    });
  });
}

function readManifest(bytes: Uint8Array): void {
  parseReferrer(bytes, imageManifest);
  const read = parseSignatureManifest(bytes);
  assert.ok(read.layer.size >= 0 && read.layer.size <= 32 << 20);
  // It becomes a part of a path, and of a URL.
  assert.match(read.layer.digest, /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/);
  // What was read, written and read again, is the same.
  assert.deepEqual(parseSignatureManifest(encodeSignatureManifest(read)), read);
}

function readIndex(bytes: Uint8Array): void {
  const read = parseIndex(bytes, 'index');
  const again = parseIndex(encodeIndex(read, read.entries), 'index');
  assert.deepEqual(again.entries, read.entries);
}

function readReference(bytes: Uint8Array): void {
  const { registry, repository, kind, tagOrDigest } = parseReference(textOf(bytes));
  // Nothing of it may leave its place in a URL.
  const url = new URL(`https://${registry}/v2/${repository}/manifests/${tagOrDigest}`);
  assert.equal(url.pathname, `/v2/${repository}/manifests/${tagOrDigest}`);
  assert.equal(url.search + url.hash + url.username, '');
  assert.equal(kind === 'digest', tagOrDigest.includes(':'));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
