import { envelopes } from './envelopes.ts';
import { testGroup } from './test-group.ts';

testGroup(envelopes);
