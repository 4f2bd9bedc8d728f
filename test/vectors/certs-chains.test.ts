import { certsChains } from './certs-chains.ts';
import { testGroup } from './test-group.ts';

testGroup(certsChains);
