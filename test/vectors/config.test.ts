import { config } from './config.ts';
import { testGroup } from './test-group.ts';

testGroup(config);
