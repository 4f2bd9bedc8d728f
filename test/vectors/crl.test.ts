import { crl } from './crl.ts';
import { testGroup } from './test-group.ts';

testGroup(crl);
