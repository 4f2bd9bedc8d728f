import { registry } from './registry.ts';
import { testGroup } from './test-group.ts';

testGroup(registry);
