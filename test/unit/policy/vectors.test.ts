// The third-party cases of group trust-policy.
import { describe, test } from 'node:test';
import { casesOf, needsVectors } from '../../support/third-party.ts';
import { judgeTrustPolicy } from './judge-trust-policy.ts';

describe('third-party trust-policy', needsVectors, () => {
  for (const one of casesOf('trust-policy')) test(one.id, () => judgeTrustPolicy(one));
});
