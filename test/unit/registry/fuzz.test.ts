// Spoiled documents and references: nothing but an error of ours comes out, and what is read holds together.
import assert from 'node:assert/strict';
import { chooseChallenge } from '../../../src/registry/challenge.ts';
import { encodeIndex, parseIndex } from '../../../src/registry/index-document.ts';
import { parseLayoutReference } from '../../../src/registry/layout-reference.ts';
import { digestOf, encodeSignatureManifest, parseReferrer, parseSignatureManifest } from '../../../src/registry/manifest.ts';
import { parseReference } from '../../../src/registry/reference.ts';
import { fuzz, iterations, type Kind, seedOf } from '../../support/fuzz.ts';
import { ofBytes, ofDocument } from '../../support/mutation.ts';

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
    lenient: true,
    read: (bytes) => assert.notEqual(parseLayoutReference(textOf(bytes)).tagOrDigest, ''),
  },
  {
    name: 'challenges',
    good: [
      'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull"',
      'Basic realm="x", Bearer realm="https://a.example/t"',
    ].map(Buffer.from),
    mutations: ofBytes,
    lenient: true,
    read: (bytes) => void chooseChallenge(textOf(bytes)),
  },
];

for (const kind of kinds) fuzz(kind, iterations / 5, seedOf(7));

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
