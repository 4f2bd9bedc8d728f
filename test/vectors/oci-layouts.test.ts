import { ociLayouts } from './oci-layouts.ts';
import { testGroup } from './test-group.ts';

testGroup(ociLayouts);
