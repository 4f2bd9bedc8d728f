import { envelopeMutations } from './envelope-mutations.ts';
import { testGroup } from './test-group.ts';

testGroup(envelopeMutations);
