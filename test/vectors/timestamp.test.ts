import { testGroup } from './test-group.ts';
import { timestamp } from './timestamp.ts';

testGroup(timestamp);
