import { seed } from './seed.ts';
import { testGroup } from './test-group.ts';

testGroup(seed);
