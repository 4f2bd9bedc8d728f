// Several signatures of one artifact, in the order in which a repository lists them.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Descriptor } from '../../../src/core/model.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { Repository, StoredSignature } from '../../../src/core/ports.ts';
import { verifyArtifact } from '../../../src/verify/artifact.ts';
import type { ArtifactOutcome } from '../../../src/verify/outcome.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { type Holder, mintCa, mintLeaf } from '../../support/pki.ts';
import { portsOf, statementOf } from '../../support/verification.ts';

const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };

type Stored = StoredSignature | NotationError;

describe('the signatures of an artifact', () => {
  let root: Certificate;
  let good: StoredSignature;
  let strange: StoredSignature;
  let elsewhere: StoredSignature;

  before(async () => {
    const chain = await chainUnder('root');
    root = (chain.at(-1) as Holder).certificate;
    good = await signatureBy(chain, subject);
    strange = await signatureBy(await chainUnder('stranger'), subject);
    elsewhere = await signatureBy(chain, { ...subject, digest: `sha256:${'cd'.repeat(32)}` });
  });

  const verify = (signatures: readonly Stored[], maxSignatures = 100, fetched: string[] = []) =>
    verifyArtifact(
      repositoryOf(signatures, fetched),
      subject,
      { statement: statementOf(), maxSignatures, userMetadata: {} },
      portsOf({ stores: { 'ca:test': [root] } }),
    );

  test('one that passes is enough, and none is fetched after it', async () => {
    const fetched: string[] = [];
    const outcome = await verify([strange, good, strange], 100, fetched);
    assert.ok(outcome.status === 'verified');
    assert.equal(outcome.accepted.digest, digestOf(1));
    assert.deepEqual(rejections(outcome), [[digestOf(0), 'authenticity', 'UNTRUSTED']]);
    assert.deepEqual(fetched, [digestOf(0), digestOf(1)]);
  });

  test('one that cannot be had, read or believed stops no other', async () => {
    const unreadable = { ...good, envelope: Buffer.from('no envelope') };
    const malformed = new NotationError('MANIFEST', 'two layers');
    const outcome = await verify([malformed, unreadable, elsewhere, strange, good]);
    assert.ok(outcome.status === 'verified');
    assert.deepEqual(rejections(outcome), [
      [digestOf(0), 'fetch', 'MANIFEST'],
      [digestOf(1), 'integrity', 'ENVELOPE'],
      [digestOf(2), 'artifact', 'UNVERIFIED'],
      [digestOf(3), 'authenticity', 'UNTRUSTED'],
    ]);
  });

  test('are all rejected when none passes, each with its reason', async () => {
    const outcome = await verify([strange, elsewhere]);
    assert.ok(outcome.status === 'rejected');
    assert.equal(outcome.reason, 'all rejected');
    assert.deepEqual(
      rejections(outcome).map(([, stage]) => stage),
      ['authenticity', 'artifact'],
    );
  });

  test('there must be one', async () => {
    const outcome = await verify([]);
    assert.ok(outcome.status === 'rejected' && outcome.reason === 'unsigned');
  });

  test('are tried up to the limit and no further', async () => {
    const fetched: string[] = [];
    const outcome = await verify([strange, strange, good], 2, fetched);
    assert.ok(outcome.status === 'rejected' && outcome.reason === 'too many');
    assert.equal(fetched.length, 2);
    assert.equal((await verify([strange, strange, good], 3)).status, 'verified');
    const exactly = await verify([strange, strange], 2);
    assert.ok(exactly.status === 'rejected' && exactly.reason === 'all rejected');
  });

  test('are not looked for where the statement skips them', async () => {
    const fetched: string[] = [];
    const repository = repositoryOf([good], fetched);
    const signatures = () => assert.fail('listed');
    const wish = { statement: statementOf({ level: 'skip' }), maxSignatures: 100, userMetadata: {} };
    const outcome = await verifyArtifact({ ...repository, signatures }, subject, wish, portsOf({ stores: {} }));
    assert.equal(outcome.status, 'skipped');
  });

  test('that cannot be listed are an error, and no verdict', async () => {
    const failing = { ...repositoryOf([]), signatures: failingList };
    const wish = { statement: statementOf(), maxSignatures: 100, userMetadata: {} };
    await assert.rejects(verifyArtifact(failing, subject, wish, portsOf({ stores: {} })), { code: 'UNAVAILABLE' });
  });

  test('a bug in fetching one is no rejection', async () => {
    const bug = new TypeError('bug');
    const fetch = () => Promise.reject(bug);
    const wish = { statement: statementOf(), maxSignatures: 100, userMetadata: {} };
    await assert.rejects(
      verifyArtifact({ ...repositoryOf([good]), fetch }, subject, wish, portsOf({ stores: {} })),
      (error) => error === bug,
    );
  });
});

async function chainUnder(name: string): Promise<readonly Holder[]> {
  const root = await mintCa(name, undefined);
  return [await mintLeaf(`leaf of ${name}`, root), root];
}

async function signatureBy(chain: readonly Holder[], signed: Descriptor): Promise<StoredSignature> {
  const draft = { payload: encodePayload(signed), algorithm: leafOf(chain).key.algorithm };
  return { mediaType: 'application/cose', envelope: (await makeEnvelope({ format: 'cose', chain, draft })).bytes };
}

function repositoryOf(signatures: readonly Stored[], fetched: string[] = []): Repository {
  return {
    resolve: async () => subject,
    async *signatures() {
      for (const [place] of signatures.entries()) yield { mediaType: subject.mediaType, digest: digestOf(place), size: 1 };
    },
    fetch: async ({ digest }) => {
      fetched.push(digest);
      const found = signatures.find((_, place) => digestOf(place) === digest);
      if (found === undefined || found instanceof NotationError) throw found;
      return found;
    },
    attach: () => assert.fail('attached'),
  };
}

// biome-ignore lint/correctness/useYield: it fails before the first
async function* failingList(): AsyncGenerator<Descriptor> {
  throw new NotationError('UNAVAILABLE', 'registry is gone');
}

function digestOf(place: number): string {
  return `sha256:${String(place).padStart(64, '0')}`;
}

function rejections(outcome: ArtifactOutcome) {
  return outcome.status === 'skipped' ? [] : outcome.rejected.map(({ digest, stage, error }) => [digest, stage, error.code]);
}
