import { needs } from '../support/peers.ts';
import { blobCli } from './blob-cli.ts';
import { testGroup } from './test-group.ts';

testGroup(blobCli, needs('docker-registry', 'ocireg', 'oras'));
