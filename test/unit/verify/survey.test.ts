// Every signature of an artifact is looked at, and the verdict stays that of verification, which stops at the first that passes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { outcomeJson } from '../../../src/cli/verify/verdict-json.ts';
import { NotationError } from '../../../src/core/error.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { Repository, StoredSignature } from '../../../src/core/ports.ts';
import { verifyArtifact } from '../../../src/verify/artifact.ts';
import type { ArtifactOutcome } from '../../../src/verify/outcome.ts';
import { surveyArtifact } from '../../../src/verify/survey.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { type Holder, mintChain } from '../../support/pki.ts';
import { portsOf, statementOf } from '../../support/verification.ts';

const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };
const chain = await mintChain();
const stranger = await mintChain();
const kinds = {
  good: await signatureBy(chain),
  strange: await signatureBy(stranger),
  broken: { mediaType: 'application/jose+json', envelope: Buffer.from('{') },
  gone: new NotationError('NOT_FOUND', 'gone'),
} as const;
type Kind = keyof typeof kinds;
const ports = portsOf({ stores: { 'ca:test': [(chain.at(-1) as Holder).certificate] } });

describe('a survey', () => {
  test('comes to the verdict of verification, whatever there is', async () => {
    const lists = fc.array(fc.constantFrom<Kind>('good', 'strange', 'broken', 'gone'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 6 }), async (list, maxSignatures) => {
        const wish = { statement: statementOf(), maxSignatures, userMetadata: {} };
        const survey = await surveyArtifact(repositoryOf(list), subject, wish, ports);
        const told = (outcome: ArtifactOutcome) => JSON.stringify(outcomeJson(outcome));
        assert.equal(told(survey.outcome), told(await verifyArtifact(repositoryOf(list), subject, wish, ports)));
        assert.deepEqual(
          survey.signatures.map(({ status }) => status === 'verified'),
          list.slice(0, maxSignatures).map((kind) => kind === 'good'),
        );
        assert.equal(survey.rest, list.length > maxSignatures ? 'more' : 'nothing');
      }),
      { numRuns: 60 },
    );
  });

  test('a list that ends in an error is one, unless a signature passed before', async () => {
    const wish = { statement: statementOf(), maxSignatures: 100, userMetadata: {} };
    const error = new NotationError('UNAVAILABLE', 'the second page');
    const survey = await surveyArtifact(repositoryOf(['strange', 'good'], error), subject, wish, ports);
    assert.deepEqual([survey.outcome.status, survey.rest, survey.signatures.length], ['verified', error, 2]);
    await assert.rejects(surveyArtifact(repositoryOf(['strange'], error), subject, wish, ports), error);
    const bug = new TypeError('bug');
    await assert.rejects(surveyArtifact(repositoryOf(['good'], bug), subject, wish, ports), bug);
  });

  test('nothing is looked at where the statement skips verification', async () => {
    const wish = { statement: statementOf({ level: 'skip' }), maxSignatures: 100, userMetadata: {} };
    const survey = await surveyArtifact(repositoryOf([], new TypeError('listed')), subject, wish, ports);
    assert.deepEqual([survey.outcome.status, survey.signatures], ['skipped', []]);
  });
});

async function signatureBy(holders: readonly Holder[]): Promise<StoredSignature> {
  const draft = { payload: encodePayload(subject), algorithm: leafOf(holders).key.algorithm };
  const { bytes, codec } = await makeEnvelope({ format: 'jws', chain: holders, draft });
  return { mediaType: codec.mediaType, envelope: bytes };
}

function repositoryOf(list: readonly Kind[], end?: Error): Repository {
  return {
    resolve: async () => subject,
    async *signatures() {
      for (const place of list.keys()) yield { mediaType: subject.mediaType, digest: `sha256:${place}`, size: 1 };
      if (end !== undefined) throw end;
    },
    fetch: async ({ digest }) => {
      const found = kinds[list[Number(digest.slice(7))] ?? 'gone'];
      if (found instanceof NotationError) throw found;
      return found;
    },
    attach: () => assert.fail('attached'),
  };
}
