// Group crl: CRLs, their entries, delta CRLs, and the cache.
import { type Group, judgedBy } from './answer.ts';
import { judgeCrl } from './judge-crl.ts';

export const crl: Group = {
  name: 'crl',
  questions: (one) => [judgedBy(one, judgeCrl)],
  differences: [
    {
      ids: ['crl-bssl-bad-thisupdate-too-old'],
      because: 'the test asks for a CRL of at most 7 days, which neither RFC 5280 nor Notation does: its next update is in the future',
    },
  ],
};
