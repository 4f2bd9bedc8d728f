import { dnMatching } from './dn-matching.ts';
import { testGroup } from './test-group.ts';

testGroup(dnMatching);
