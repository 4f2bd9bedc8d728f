import { ocsp } from './ocsp.ts';
import { testGroup } from './test-group.ts';

testGroup(ocsp);
