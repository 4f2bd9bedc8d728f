import { coseSign1, jwsJose } from './jws-cose.ts';
import { testGroup } from './test-group.ts';

testGroup(coseSign1);
testGroup(jwsJose);
