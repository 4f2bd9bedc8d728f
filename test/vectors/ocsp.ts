// Group ocsp: responses, and what responders and policies make of a chain.
import { askById, type ById, type Group, pick } from './answer.ts';
import { judgeOcsp } from './judge-ocsp.ts';

const words: ById<RegExp> = [
  [/^ocsp-bssl-no-response$/, /found 0 for others$/],
  [/^ocsp-bssl-bad-status$/, /expected the status successful, found status 11$/],
  [/^ocsp-bssl-future-response$/, /expected this update to have passed at 2017-03-05/],
  [/^ocsp-bssl-invalid-response-data$/, /malformed DER/],
  [/^ocsp-bssl-ocsp-sign-indirect-missing$/, /found "CN=Test OCSP Signer" without one$/],
  [/^ocsp-bssl-ocsp-sign-bad-indirect$/, /signer "CN=Test False OCSP Signer" to be meant for OCSP signing, found no extended key usage$/],
  [/^ocsp-bssl-has-critical-response-extension$/, /expected no critical extension, found 1\.2\.3\.4$/],
  // What their own reasons come to is told of responses that our tests make (unit/x509/ocsp/check.test.ts).
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

export const ocsp: Group = {
  name: 'ocsp',
  questions: askById([[/./, judgeOcsp]], ({ id }) => pick(words, id)),
  differences: [
    {
      ids: /^ocsp-bssl-(ocsp-sign-direct|ocsp-extra-certs|has-version|responder-name|responder-id)$/,
      says: /expected a signature with SHA-2 .*, found SHA1WithRSA$/,
      because: 'stricter: no SHA-1, as for certificates (CRT-013), and an answer without an end is none (REV-008); as the reference',
    },
    {
      ids: ['ocsp-bssl-good-response-invalid-serial'],
      says: /malformed DER: expected a minimal integer, found a padded one$/,
      because: 'stricter: a serial number with a needless zero byte is no DER (X.690 §8.3.2)',
    },
  ],
};
