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
    before: 'verdict.evidence && { revocation: verdict.evidence }',
    after: '{ revocation: verdict.evidence }',
    reason: 'judgeRevocation always tells what was answered',
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
];
