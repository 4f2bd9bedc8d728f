// Every case of group ocsp of other projects' vectors.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { casesOf, needsVectors } from '../../support/third-party.ts';
import { judgeOcsp } from './judge-ocsp.ts';

/** Upstream accepts them, for want of a rule that notation and the specification have: each is without an end, and signed with SHA-1. */
const stricter = /^ocsp-bssl-(ocsp-sign-direct|ocsp-extra-certs|has-version|responder-name|responder-id)$/;

/** Why a case is refused, in our words. */
const words: readonly (readonly [ids: RegExp, words: RegExp])[] = [
  [stricter, /expected a signature with SHA-2 .*, found SHA1WithRSA$/],
  // A serial number with a needless zero byte is no DER, in a certificate and in a response.
  [/^ocsp-bssl-good-response-invalid-serial$/, /malformed DER: expected a minimal integer, found a padded one$/],
  [/^ocsp-bssl-no-response$/, /found 0 for others$/],
  [/^ocsp-bssl-bad-status$/, /expected the status successful, found status 11$/],
  [/^ocsp-bssl-future-response$/, /expected this update to have passed at 2017-03-05/],
  [/^ocsp-bssl-invalid-response-data$/, /malformed DER/],
  [/^ocsp-bssl-ocsp-sign-indirect-missing$/, /found "CN=Test OCSP Signer" without one$/],
  [/^ocsp-bssl-ocsp-sign-bad-indirect$/, /signer "CN=Test False OCSP Signer" to be meant for OCSP signing, found no extended key usage$/],
  [/^ocsp-bssl-has-critical-response-extension$/, /expected no critical extension, found 1\.2\.3\.4$/],
  // What their own reasons come to is told of responses that our tests make.
  [/^ocsp-bssl-(bad-signature|revoke-response-reason|old-response|produced-early-response)$/, /found SHA1WithRSA$/],
  [/^ocsperr-internalerror$/, /found internalError$/],
  [/^ocsperr-sigrequired$/, /found sigRequired$/],
  [/^ocspchain-(one-unknown|unknown-future-invalidity)$/, /expected to learn whether it is revoked/],
  [/^ocspchain-unknown-and-revoked$/, /expected it not to be revoked, found it revoked on/],
  [/^ocsp-chain-missing-/, /^revocation: expected the issuer of/],
  [/^ocsp-timeout$/, /expected an answer within 0\.2 s, found none/],
  [/^ocsp-http-500$/, /expected status 200, found 500/],
  [/^revfinal-ocsp-500-crl-revoked$/, /found it revoked on .* by CRL from http:\/\/crl\.test\//],
  [/^revfinal-ocsp-unknown-then-revoked$/, /"CN=intermediate,.*found it revoked on .* by OCSP/],
  [/^(revfinal-ocsp-unknown-only|ocsp-e2e-unknown)$/, /found that it does not know the certificate/],
  [/^revpolicy-enforce$/, /found it revoked on/],
];

describe('third-party group ocsp', needsVectors, () => {
  const cases = casesOf('ocsp');

  for (const one of cases)
    test(`${one.id} is ${one.expected.verdict}`, async () => {
      if (one.expected.verdict === 'valid' && !words.some(([ids]) => ids.test(one.id))) return judgeOcsp(one);
      const expected = words.find(([ids]) => ids.test(one.id))?.[1];
      assert.ok(expected, `no words for ${one.id}`);
      return assert.rejects(judgeOcsp(one), (error: unknown) => {
        assert.ok(error instanceof NotationError && error.code !== 'INTERNAL', String(error));
        assert.match(error.message, expected);
        return true;
      });
    });

  test('all 36 cases were walked, and six are refused that upstream accepts', () => {
    assert.equal(cases.length, 36);
    const refused = cases.filter(({ id, expected }) => expected.verdict === 'valid' && words.some(([ids]) => ids.test(id)));
    assert.equal(refused.length, 6);
  });
});
