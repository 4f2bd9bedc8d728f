// The third-party cases of group dn-matching.
import { describe, test } from 'node:test';
import { casesOf, needsVectors } from '../../support/third-party.ts';
import { judgeDistinguishedName } from './judge-distinguished-name.ts';

describe('third-party dn-matching', needsVectors, () => {
  for (const one of casesOf('dn-matching')) test(one.id, () => judgeDistinguishedName(one));
});
