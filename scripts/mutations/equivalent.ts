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
    file: 'src/policy/blob.ts',
    before: 'first && second',
    after: 'second',
    reason: 'where there is a second there is a first',
  },
  {
    file: 'src/policy/trusted-identity.ts',
    before: 'types.every((type) => subject.identity.has(type))',
    after: 'true',
    reason: 'where a type is missing, the key holds a null, which no known one has',
  },
  {
    file: 'src/policy/trusted-identity.ts',
    before: 'every',
    after: 'some',
    reason: 'where a type is missing, the key holds a null, which no known one has',
  },
  {
    file: 'src/policy/trusted-identity.ts',
    before: 'subject.identity.has(type)',
    after: 'true',
    reason: 'where a type is missing, the key holds a null, which no known one has',
  },
  {
    file: 'src/policy/trusted-identity.ts',
    before: "one.kind === 'any'",
    after: 'false',
    reason: 'whoever trusts anybody was answered before',
  },
  {
    file: 'src/policy/scope.ts',
    before: '>',
    after: '>=',
    reason: 'the grammar has no empty registry',
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
