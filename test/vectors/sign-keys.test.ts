import { signKeys } from './sign-keys.ts';
import { testGroup } from './test-group.ts';

testGroup(signKeys);
