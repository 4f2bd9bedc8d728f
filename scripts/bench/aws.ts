// AWS KMS on loopback: MiniStack over TLS, as AWS is always spoken to, and over plain HTTP, where next to nothing is left but our start.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userEnvironment } from '../../test/interop/aws-environment.ts';
import { type Identity, mintIdentity } from '../../test/support/clouds/tls.ts';
import { awsSpecs, createKey, kmsClient, publicKeyInfoOf, startMinistack } from '../../test/support/ministack.ts';
import { type Holder, mintCa } from '../../test/support/pki.ts';
import { type Case, type Environment, type ProtocolWish, protocolCommands, type Suite, signRequest } from './case.ts';
import { type Counter, openCounter } from './counter.ts';
import { trusting, writeChain } from './trust.ts';
import { goVariant, variantsBeside } from './variant.ts';

type Way = 'TLS' | 'plain HTTP';
const specs = ['RSA-2048', 'EC-256'] as const;
type Spec = (typeof specs)[number];

/** A key of AWS KMS and the chain that was made for it. */
export interface AwsKey {
  readonly id: string;
  readonly chain: string;
}

export interface AwsStack {
  readonly endpoint: string;
  readonly keys: Readonly<Record<Spec, AwsKey>>;
  readonly environment: Environment;
  readonly counter: Counter;
  stop(): Promise<void>;
}

export const awsSuite: Suite = {
  title: 'AWS KMS',
  peers: ['ministack', 'bench-aws-plugin'],
  open: async (folder) => {
    const [secure, plain] = await Promise.all([openAwsStack('TLS', folder), openAwsStack('plain HTTP', folder)]);
    const cases = [
      describeCase(secure, folder),
      ...specs.map((spec) => signCase(`AWS generate-signature, ${spec}, TLS`, secure, spec, folder)),
      signCase('AWS generate-signature, RSA-2048, TLS, one file of authorities', withoutFolder(secure, folder), 'RSA-2048', folder),
      ...specs.map((spec) => signCase(`AWS generate-signature, ${spec}, plain HTTP`, plain, spec, folder)),
    ];
    return { cases, close: async () => void (await Promise.all([secure.stop(), plain.stop()])) };
  },
};

/** Starts MiniStack, with a key of each spec in it. */
export async function openAwsStack(way: Way, folder: string): Promise<AwsStack> {
  const identity = await mintIdentity();
  const tls = way === 'TLS' && writeIdentity(identity, folder);
  const { endpoint: address, stop } = await startMinistack({ auth: false, ...(tls && { tls }) });
  const endpoint = way === 'TLS' ? address.replace('127.0.0.1', 'localhost') : address;
  const counter = await openCounter(endpoint, identity);
  const trust = way === 'TLS' ? trusting(identity.authority, folder) : {};
  return {
    endpoint,
    keys: await makeKeys(endpoint, identity.authority, folder, way),
    environment: { ...userEnvironment({ endpoint }), ...trust },
    counter,
    stop: async () => void (await Promise.all([counter.close(), stop()])),
  };
}

/** The same, asking another address: that of a counter, or of a link. */
export function at(endpoint: string, environment: Environment): Environment {
  return { ...environment, ...userEnvironment({ endpoint }) };
}

function writeIdentity({ cert, key }: Identity, folder: string): { readonly certificate: string; readonly key: string } {
  const paths = { certificate: join(folder, 'aws-tls.crt'), key: join(folder, 'aws-tls.key') };
  writeFileSync(paths.certificate, cert);
  writeFileSync(paths.key, key, { mode: 0o600 });
  return paths;
}

async function makeKeys(endpoint: string, authority: string, folder: string, way: Way): Promise<AwsStack['keys']> {
  const root = await mintCa('root', undefined);
  const make = async (spec: Spec) => [spec, await makeKey({ endpoint, authority, folder, way, root }, spec)] as const;
  return Object.fromEntries(await Promise.all(specs.map(make))) as AwsStack['keys'];
}

interface KeyWish {
  readonly endpoint: string;
  readonly authority: string;
  readonly folder: string;
  readonly way: Way;
  readonly root: Holder;
}

async function makeKey({ endpoint, authority, folder, way, root }: KeyWish, spec: Spec): Promise<AwsKey> {
  const kms = kmsClient({ endpoint }, endpoint.startsWith('https:') ? { authority } : {});
  const key = await createKey(kms, awsSpecs[spec]);
  const chain = await writeChain(folder, `aws ${way} ${spec}`.replaceAll(' ', '-'), await publicKeyInfoOf(kms, key), root);
  return { id: `awskms:///${key.id}`, chain };
}

/** Debian keeps every authority a second time, in a folder, and Go and Bun read both; other systems have the file alone. */
function withoutFolder(stack: AwsStack, folder: string): AwsStack {
  return { ...stack, environment: { ...stack.environment, SSL_CERT_DIR: join(folder, 'no-authorities') } };
}

function describeCase(stack: AwsStack, home: string): Case {
  const { id, chain } = stack.keys['RSA-2048'];
  const request = { contractVersion: '1.0', keyId: id, pluginConfig: { cert_chain: chain } };
  return caseOf('AWS describe-key, RSA-2048', stack, { command: 'describe-key', request, home });
}

function signCase(name: string, stack: AwsStack, spec: Spec, home: string): Case {
  const { id, chain } = stack.keys[spec];
  return caseOf(name, stack, { command: 'generate-signature', request: signRequest(id, spec, { cert_chain: chain }), home });
}

function caseOf(name: string, { environment, counter }: AwsStack, wish: ProtocolWish): Case {
  const commandsIn = (where: Environment) => protocolCommands(variantsBeside('bench-aws-plugin'), { ...wish, environment: where });
  const traffic = { commands: commandsIn(at(counter.endpoint, environment)), forget: counter.forget, count: counter.count };
  return { name, base: goVariant, commands: commandsIn(environment), traffic };
}
