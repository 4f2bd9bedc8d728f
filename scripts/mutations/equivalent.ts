// Mutations that change nothing anybody could see, each with the reason.

export interface Equivalent {
  readonly file: string;
  /** What is replaced and by what, as the report prints them; every mutation of the file that reads so. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'src/x509/timestamp-signer.ts',
    before: 'values[0] ?? []',
    after: 'values[0]',
    reason: 'the line before returns when there are none',
  },
  {
    file: 'src/x509/timestamp-signer.ts',
    before: 'value && values.flat().length === 1',
    after: 'values.flat().length === 1',
    reason: 'with one attribute and one value in all, that value is there',
  },
  {
    file: 'src/verify/authentic-timestamp.ts',
    before: 'timestamp === undefined || timestamp.length === 0',
    after: 'timestamp === undefined',
    reason: 'an envelope with an empty token is not read at all',
  },
  {
    file: 'src/x509/crl-check.ts',
    before: 'nextUpdate?.getTime() ?? 0',
    after: 'nextUpdate?.getTime()',
    reason: 'nothing is at most NaN',
  },
  {
    file: 'src/x509/crl-check.ts',
    before: 'invalidityDate && signed',
    after: 'invalidityDate',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/x509/crl-check.ts',
    before: 'invalidityDate && signed',
    after: 'signed',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'ocspUrls.length > 0',
    after: 'true',
    reason: 'without responders there is nobody to ask, and nothing is told',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'ocspUrls.length > 0',
    after: 'ocspUrls.length >= 0',
    reason: 'without responders there is nobody to ask, and nothing is told',
  },
  {
    file: 'src/revocation/ask.ts',
    before: "status.kind !== 'revoked'",
    after: 'false',
    reason: 'what follows answers the same for one that has no invalidity date',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'authenticSigningTime && revocation.invalidityDate',
    after: 'authenticSigningTime',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'authenticSigningTime && revocation.invalidityDate',
    after: 'revocation.invalidityDate',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: "status.status === 'not revocable' && status.why === 'no source'",
    after: "status.why === 'no source'",
    reason: 'only what is not revocable says why',
  },
  {
    file: 'src/revocation/crl.ts',
    before: '!first || problems.length > 0',
    after: 'problems.length > 0',
    reason: 'where no CRL told anything there is a problem',
  },
  {
    file: 'src/revocation/crl.ts',
    before: "answer.status === 'good'",
    after: 'true',
    reason: 'a revocation was answered before',
  },
  {
    file: 'src/x509/ocsp-check.ts',
    before: '!found || second',
    after: 'second',
    reason: 'what is not there cannot be read, which comes to the same',
  },
];
