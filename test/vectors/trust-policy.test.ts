import { testGroup } from './test-group.ts';
import { trustPolicy } from './trust-policy.ts';

testGroup(trustPolicy);
