// Group registry: which referrers are signatures, what is too large, references, and credentials in docker's form.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { NotationError } from '../../src/core/error.ts';
import type { Descriptor } from '../../src/core/model.ts';
import type { Repository } from '../../src/core/ports.ts';
import { openCredentialStore } from '../../src/registry/credential-store.ts';
import {
  checkSignatureDescriptor,
  digestOf,
  encodeSignatureManifest,
  parseReferrer,
  parseSignatureManifest,
} from '../../src/registry/manifest.ts';
import { parseReference } from '../../src/registry/reference.ts';
import { disk } from '../../src/store/disk.ts';
import { type ArtifactWish, verifyArtifact } from '../../src/verify/artifact.ts';
import { makeEnvelope } from '../support/envelopes.ts';
import { type Habit, startFakeRegistry } from '../support/fake-registry.ts';
import { openClient } from '../support/repository.ts';
import { readVector, rowOf, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { portsOf, statementOf } from '../support/verification.ts';
import { askById, type ById, type Group, pick } from './answer.ts';
import { useTool } from './tool.ts';

const signatureType = 'application/vnd.cncf.notary.signature';
const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

const words: ById<RegExp> = [
  [/^ref-predecessors-failed$/, /500/],
  [/^(ref-02-|limit-manifest$)/, /expected at most 4194304 bytes/],
  [/^ref-03-/, /not found/],
  [/^ref-06-/, /not valid JSON/],
  [/^limit-manifest-type$/, /expected media type application\/vnd.oci.image.manifest.v1\+json/],
  [/^regref-missing-tag-digest$/, /no tag or digest/],
  [/^regref-uppercase$/, /invalid repository "UPPERCASE\/test"/],
  [/^regref-fetch-blob-error$/, /^fetch: .*not found/],
  [/^regref-max-attempts-zero$/, /max-signatures/],
  [/^regref-max-attempts-exceeded$/, /^too many, authenticity: /],
  [/^regauth-invalid-auths-/, /auth/],
];

export const registry: Group = {
  name: 'registry',
  questions: askById(
    [
      [
        /^ref-predecessors-failed$/,
        () =>
          withRegistry(
            () => ({ status: 500 }),
            (repository) => first(repository.signatures(subject)),
          ),
      ],
      [
        /^ref-03-/,
        () =>
          withRegistry(
            () => ({ status: 404 }),
            (repository) => repository.fetch(subject),
          ),
      ],
      [/^ref-/, checkReferrer],
      [/^limit-manifest$/, () => checkSignatureDescriptor({ ...subject, size: (4 << 20) + 1 })],
      [/^limit-manifest-type$/, (one) => checkSignatureDescriptor({ ...subject, mediaType: typeOf(one) })],
      [/^reg-push-manifest$/, checkManifest],
      [/^regref-(missing|uppercase)/, (one) => parseReference(rowOf<{ readonly reference: string }>(one).input.reference)],
      [/^regref-fetch-blob-error$/, () => verifyIn(() => ({ status: 404 }))],
      [/^regref-max-attempts-exceeded$/, verifyOneOfTwo],
      [/^regref-max-attempts-zero$/, () => useTool(['list', '--max-signatures', '0', 'registry.test/app:v1'])],
      [/^regref-skip$/, verifySkipped],
      [/^regauth-/, readCredentials],
    ],
    ({ id }) => pick(words, id),
  ),
  differences: [
    {
      ids: ['reg-push-manifest'],
      says: /^it does not hold$/,
      because:
        'read in both forms and written in that of image specification 1.0, config.mediaType, which every registry takes (OCI-003, OCI-009)',
    },
  ],
};

const subject: Descriptor = { mediaType: imageManifest, digest: `sha256:${'0'.repeat(64)}`, size: 481 };

interface ReferrerRow {
  readonly referrer: Descriptor;
  readonly content: string | null;
}

function checkReferrer(one: VectorCase): void {
  const { referrer, content } = rowOf<ReferrerRow>(one).input;
  // What is never fetched is told by its descriptor.
  if (content === null) checkSignatureDescriptor(referrer);
  // The table says the algorithm twice, which is no digest.
  const found = parseReferrer(Buffer.from((content ?? '').replaceAll('sha256:sha256:', 'sha256:')), referrer.mediaType);
  assert.equal(found?.artifactType === signatureType ? 1 : 0, one.expected['signatures'] ?? 0);
}

function typeOf(one: VectorCase): string {
  return rowOf<Readonly<Record<string, string>>>(one).input['sigManifestDesc.mediaType'] ?? '';
}

/** The manifest is read in its form, and is not what we write. */
function checkManifest({ files, params, expected }: VectorCase): boolean {
  const bytes = readVector(files[0]?.path ?? '');
  const read = parseSignatureManifest(bytes);
  const blob = readVector(files[1]?.path ?? '');
  assert.deepEqual({ digest: digestOf(bytes), size: bytes.length }, expected['signatureManifest']);
  assert.deepEqual(read.layer, { mediaType: params?.['blobMediaType'], digest: digestOf(blob), size: blob.length });
  assert.deepEqual([read.subject, read.annotations], [params?.['subject'], params?.['annotations']]);
  return digestOf(encodeSignatureManifest(read)) === digestOf(bytes);
}

/** What the network answers to a client that has one registry. */
async function withRegistry<T>(habit: Habit, use: (repository: Repository) => T): Promise<Awaited<T>> {
  const fake = await startFakeRegistry();
  fake.habit = habit;
  try {
    return await use(openClient({ insecure: true, exchangeMs: 2000 }).open({ registry: fake.host, repository: 'app' }));
  } finally {
    await fake.stop();
  }
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** One signature is listed, and whether it can be had is for the registry to say. */
async function verifyIn(habit: Habit): Promise<void> {
  await withRegistry(habit, (repository) => verify({ ...repository, signatures: () => list(1) }, {}));
}

async function verifyOneOfTwo(): Promise<void> {
  const { codec, bytes: envelope } = await makeEnvelope({ format: 'jws' });
  const fetch = async () => ({ mediaType: codec.mediaType, envelope });
  await verify({ ...nowhere, fetch, signatures: () => list(2) }, { maxSignatures: 1 });
}

async function verifySkipped(): Promise<void> {
  const outcome = await verifyArtifact(nowhere, subject, wishOf({ statement: statementOf({ level: 'skip' }) }), portsOf({ stores: {} }));
  assert.equal(outcome.status, 'skipped');
}

const nowhere: Repository = {
  resolve: () => Promise.reject(new Error('not asked for')),
  signatures: () => {
    throw new Error('not asked for');
  },
  fetch: () => Promise.reject(new Error('not asked for')),
  attach: () => Promise.reject(new Error('not asked for')),
};

function wishOf(change: Partial<ArtifactWish>): ArtifactWish {
  return { statement: statementOf(), maxSignatures: 100, userMetadata: {}, ...change };
}

/** Refuses, with the reason for the last signature, what does not verify. */
async function verify(repository: Repository, wish: Partial<ArtifactWish>): Promise<void> {
  const outcome = await verifyArtifact(
    repository,
    subject,
    wishOf(wish),
    portsOf({ stores: { 'ca:test': [], 'signingAuthority:test': [] } }),
  );
  assert.ok(outcome.status === 'rejected');
  const last = outcome.rejected.at(-1);
  throw new NotationError('UNVERIFIED', `${outcome.reason === 'too many' ? 'too many, ' : ''}${last?.stage}: ${last?.error.message}`);
}

async function* list(count: number): AsyncIterable<Descriptor> {
  for (let place = 0; place < count; place += 1) yield subject;
}

/** What the files say of some registries. */
const credentials: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'regauth-credhelpers-config': { 'registry3.example.com': { kind: 'password', username: 'foo', password: 'bar' } },
  'regauth-legacy-auths-config': {
    'registry1.example.com': { kind: 'password', username: 'username1', password: 'password1' },
    'registry2.example.com': { kind: 'password', username: 'username2', password: 'password2' },
    'registry6.example.com': { kind: 'password', username: 'username6', password: 'password6' },
  },
  'regauth-no-auths-config': { 'registry1.example.com': undefined },
  'regauth-valid-auths-config': {
    'registry1.example.com': { kind: 'password', username: 'username', password: 'password' },
    'registry6.example.com': { kind: 'password', username: 'username', password: 'password' },
    'registry7.example.com': { kind: 'password', username: 'username', password: 'password' },
    'registry9.example.com': undefined,
  },
};

async function readCredentials(one: VectorCase): Promise<void> {
  const store = await openCredentialStore({
    notationConfig: join(thirdPartyFolder, 'nowhere'),
    dockerConfig: join(thirdPartyFolder, one.files[0]?.path ?? ''),
    platform: 'linux',
    files: disk,
    programs: { find: async () => undefined, run: () => Promise.reject(new Error('not asked for')) },
    write: () => Promise.reject(new Error('not asked for')),
  });
  const expected = credentials[one.id] ?? { 'registry1.example.com': undefined, 'registry2.example.com': undefined };
  for (const [host, credential] of Object.entries(expected)) assert.deepEqual(await store.get(host), credential, host);
}
