import { ecdsa, rsaPss } from './primitives.ts';
import { testGroup } from './test-group.ts';

testGroup(ecdsa);
testGroup(rsaPss);
