import { testGroup } from './test-group.ts';
import { x509Path } from './x509-path.ts';

testGroup(x509Path);
