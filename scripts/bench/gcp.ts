// Google Cloud KMS on loopback: a server of Google's own messages, over plain HTTP, and a service account's key, which nobody is asked for a token of.
import { join } from 'node:path';
import { mintIdentity } from '../../test/support/clouds/tls.ts';
import { type Gkms, gcpAlgorithms, gkmsEnvironment, startGkms } from '../../test/support/gkms.ts';
import { mintCa } from '../../test/support/pki.ts';
import { type Case, type Environment, type ProtocolWish, protocolCommands, type Suite, signRequest } from './case.ts';
import { type Counter, openCounter } from './counter.ts';
import { writeChain } from './trust.ts';
import { goVariant, variantsBeside } from './variant.ts';

const specs = ['RSA-2048', 'EC-256'] as const;

interface GcpStack {
  readonly kms: Gkms;
  readonly counter: Counter;
  readonly credentials: string;
}

export const gcpSuite: Suite = {
  title: 'Google Cloud KMS',
  peers: ['gkms', 'bench-gcp-plugin'],
  open: async (folder) => {
    const kms = await startGkms();
    const counter = await openCounter(kms.origin, await mintIdentity());
    const stack = { kms, counter, credentials: join(folder, 'account.json') };
    await kms.addServiceAccount(stack.credentials);
    const root = await mintCa('root', undefined);
    const cases: Case[] = [];
    for (const spec of specs) {
      const id = await kms.createKey(spec, gcpAlgorithms[spec] ?? '');
      const options = { cert_chain: await writeChain(folder, `gcp-${spec}`, await kms.publicKeyInfo(id), root) };
      const request = signRequest(`gcpkms://${id}`, spec, options);
      cases.push(caseOf(`Google generate-signature, ${spec}`, stack, { command: 'generate-signature', request, home: folder }));
    }
    return { cases, close: async () => void (await Promise.all([counter.close(), kms.stop()])) };
  },
};

function caseOf(name: string, { kms, counter, credentials }: GcpStack, wish: ProtocolWish): Case {
  const commandsIn = (where: Environment) => protocolCommands(variantsBeside('bench-gcp-plugin'), { ...wish, environment: where });
  const environment = gkmsEnvironment(kms, credentials);
  const counted = { ...environment, CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: counter.endpoint };
  const traffic = { commands: commandsIn(counted), forget: counter.forget, count: counter.count };
  return { name, base: goVariant, commands: commandsIn(environment), traffic };
}
