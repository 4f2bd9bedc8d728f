// The third-party cases of group trust-policy, each against what reads or selects in src/policy.
import { describe, test } from 'node:test';
import { casesOf, needsVectors } from '../../support/third-party.ts';
import { aboutFiles, judgeTrustPolicy } from './judge-trust-policy.ts';

describe('third-party trust-policy', needsVectors, () => {
  for (const one of casesOf('trust-policy')) {
    if (!aboutFiles.has(one.id)) test(one.id, () => judgeTrustPolicy(one));
  }
});
