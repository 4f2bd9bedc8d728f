import { pluginProtocol } from './plugin-protocol.ts';
import { testGroup } from './test-group.ts';

testGroup(pluginProtocol);
