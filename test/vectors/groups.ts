// The groups of the vectors, each with what judges it.
import type { Group } from './answer.ts';
import { blobCli } from './blob-cli.ts';
import { certsChains } from './certs-chains.ts';
import { config } from './config.ts';
import { crl } from './crl.ts';
import { dnMatching } from './dn-matching.ts';
import { envelopeMutations } from './envelope-mutations.ts';
import { envelopes } from './envelopes.ts';
import { coseSign1, jwsJose } from './jws-cose.ts';
import { ociLayouts } from './oci-layouts.ts';
import { ocsp } from './ocsp.ts';
import { pluginProtocol } from './plugin-protocol.ts';
import { ecdsa, rsaPss } from './primitives.ts';
import { registry } from './registry.ts';
import { seed } from './seed.ts';
import { signKeys } from './sign-keys.ts';
import { timestamp } from './timestamp.ts';
import { trustPolicy } from './trust-policy.ts';
import { x509Path } from './x509-path.ts';

export const groups: readonly Group[] = [
  blobCli,
  certsChains,
  config,
  coseSign1,
  crl,
  dnMatching,
  ecdsa,
  envelopeMutations,
  envelopes,
  jwsJose,
  ociLayouts,
  ocsp,
  pluginProtocol,
  registry,
  rsaPss,
  seed,
  signKeys,
  timestamp,
  trustPolicy,
  x509Path,
];
