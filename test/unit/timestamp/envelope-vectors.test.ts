// The third-party envelopes that carry a timestamp: their countersignatures, each judged over the signature of its envelope.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { codecOfMediaType } from '../../../src/envelope/index.ts';
import { checkTimestampRoot } from '../../../src/x509/anchor.ts';
import { parseCertificates } from '../../../src/x509/bundle.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { checkValidity } from '../../../src/x509/profile.ts';
import { checkTimestampToken } from '../../../src/x509/timestamp-check.ts';
import { parseTimestampToken } from '../../../src/x509/timestamp-token.ts';
import { casesOf, needsVectors, readVector, type VectorCase } from '../../support/third-party.ts';

/** Cases whose token is good or absent, and which trust policies decide. */
const policies: ReadonlySet<string> = new Set(['env-ts-no-tsa-store-expired', 'env-ts-store-no-separator', 'env-ts-missing']);

const words: ReadonlyMap<string, RegExp> = new Map([
  ['env-ts-before-notbefore', /not valid before 2099-09-18/],
  ['env-ts-substituted-tstinfo', /TSTInfo: malformed DER/],
  ['env-ts-substituted-mismatched-message', /expected the message imprint/],
]);

describe('third-party envelopes with timestamps', needsVectors, () => {
  const cases = casesOf('envelopes').filter(({ id }) => id.startsWith('env-ts-') && !policies.has(id));
  test('are all there', () => assert.equal(cases.length, 5));
  for (const one of cases)
    test(`${one.id} is ${one.expected.verdict}`, async () => {
      const expected = words.get(one.id);
      if (expected === undefined) return check(one);
      await assert.rejects(check(one), (error) => error instanceof NotationError && expected.test(error.message));
    });
});

/** As a verifier does it: the token holds over the signature, and every certificate of the signer was valid in all of its range. */
async function check({ files: [file], params }: VectorCase): Promise<void> {
  const codec = await codecOfMediaType(String(params?.['mediaType']));
  const { unsigned, signature, certificates } = codec.parse(readVector(file?.path ?? ''));
  assert.ok(unsigned.timestamp);
  const path = 'envelopes/common/truststore/x509/tsa/test-timestamp/globalsignRoot.cer';
  const root = checkTimestampRoot(parseCertificates(readVector(path), path));
  const { earliest, latest } = checkTimestampToken(parseTimestampToken(unsigned.timestamp), { message: signature, roots: [root] });
  for (const at of [earliest, latest])
    checkValidity(
      certificates.map((der) => parseCertificate(der)),
      at,
    );
}
