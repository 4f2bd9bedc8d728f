import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { algorithms, type KeySpec } from '../../src/core/algorithm.ts';
import type { Environment, Log } from '../../src/core/ports.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { openHttp } from '../../src/http/open.ts';
import { parseSettings } from '../../src/kms/config.ts';
import type { KeyContext } from '../../src/kms/provider.ts';
import { disk } from '../../src/store/disk.ts';
import { toPem } from '../../src/x509/bundle.ts';
import type { AzureItem } from './clouds/azure.ts';
import { type GcpVersion, gcpKey } from './clouds/gcp.ts';
import { azureVersion } from './clouds/scene.ts';
import type { TransitItem } from './clouds/vault.ts';
import { awsCloud, azureCloud, gcpCloud, vaultCloud } from './clouds.ts';
import { writeKeyFiles } from './key-files.ts';
import type { Peer } from './peers.ts';
import { type Holder, keyOf, mintChain, mintLeaf, type TestKey } from './pki.ts';
import { makeToken, pin } from './softhsm.ts';

/** How one key is opened. */
export interface KeyPlace {
  readonly keyId: string;
  readonly context: KeyContext;
}

/** What the contract of every backend needs: a place with a key of each spec it can hold, and keys that must fail. */
export interface OpenBackend {
  readonly key: (spec: KeySpec) => KeyPlace;
  /** A well-formed key id of a key that is not there. */
  readonly absent: KeyPlace;
  /** A key whose certificate belongs to another key. */
  readonly mismatched: KeyPlace;
  /** An EC-256 key without any certificate. */
  readonly bare: KeyPlace;
  close(): Promise<void>;
}

export interface TestBackend {
  readonly name: string;
  /** The key specs that it can hold. */
  readonly specs: readonly KeySpec[];
  /** Programs of others that it needs. */
  readonly peers?: readonly Peer[];
  open(): Promise<OpenBackend>;
}

const allSpecs: readonly KeySpec[] = algorithms.map(({ keySpec }) => keySpec);
/** Cloud KMS has neither RSA-3072 with SHA-384 nor P-521. */
const gcpSpecs: readonly KeySpec[] = ['RSA-2048', 'RSA-4096', 'EC-256', 'EC-384'];

/** One row a backend: the row enrols it in the contract of test/conformance/key-provider.test.ts. */
export const backends: readonly TestBackend[] = [
  { name: 'file', specs: allSpecs, open: openFiles },
  { name: 'AWS KMS', specs: allSpecs, open: openAws },
  { name: 'Azure Key Vault', specs: allSpecs, open: openAzure },
  { name: 'Google Cloud KMS', specs: gcpSpecs, open: openGcp },
  { name: 'Vault Transit', specs: allSpecs, open: openVault },
  { name: 'PKCS#11', specs: allSpecs, peers: ['softhsm2-util', 'pkcs11-tool', 'pkcs11.node', 'pkcs11-fault.so'], open: openToken },
];

/** A context for opening keys, with plugin config and environment as a test wants them. */
export function contextOf(
  config: Readonly<Record<string, string>> = {},
  environment: Environment = {},
  log: Log = () => undefined,
): KeyContext {
  const deadline = { signal: new AbortController().signal, remainingMs: () => 30_000 };
  return {
    settings: parseSettings(new Map(Object.entries(config))),
    environment,
    files: disk,
    namedKeys: async () => undefined,
    log,
    http: openHttp({ transport: async () => nodeTransport, environment, files: disk, deadline, bundle: config['ca_bundle'] }),
    deadline,
    now: () => new Date(),
    program: [process.execPath, join(import.meta.dirname, '..', '..', 'src', 'main.ts')],
  };
}

async function openFiles(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  mkdirSync(join(folder, 'bare'));
  for (const { keySpec } of algorithms) await writeKeyFiles(folder, keySpec, keySpec);
  await writeKeyFiles(folder, 'mismatched');
  const other = await mintChain({ spec: 'EC-384' });
  writeFileSync(join(folder, 'mismatched.crt'), toPem(other.map(({ certificate }) => certificate.der)));
  await writeKeyFiles(join(folder, 'bare'), 'bare');
  rmSync(join(folder, 'bare', 'bare.crt'));
  const context = contextOf();
  const place = (...path: readonly string[]): KeyPlace => ({ keyId: join(folder, ...path), context });
  return {
    key: (spec) => place(`${spec}.key`),
    absent: place('absent.key'),
    mismatched: place('mismatched.key'),
    bare: place('bare', 'bare.key'),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

/** AWS keeps no certificates: each key's chain is a file. */
async function openAws(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const keys = allSpecs.map((spec, index) => ({ id: uuid(index), aliases: [`alias/${spec}`], key: keyOf(spec, 'leaf') }));
  for (const spec of allSpecs) writeFileSync(join(folder, spec), pemOf(await mintChain({ spec })));
  writeFileSync(join(folder, 'other'), pemOf([await mintLeaf('other', undefined)]));
  const { environment, config, close } = await awsCloud({ keys, folder });
  const place = (key: string, chain?: string): KeyPlace => ({
    keyId: `awskms:///${key}`,
    context: contextOf({ ...config, ...(chain && { cert_chain: join(folder, chain) }) }, environment),
  });
  return {
    key: (spec) => place(`alias/${spec}`, spec),
    absent: place(uuid(99)),
    mismatched: place('alias/EC-256', 'other'),
    bare: place('alias/EC-256'),
    close: () => closeCloud(close, folder),
  };
}

/** In a vault each key lies beside the leaf of its certificate; one file holds the issuers of all. */
async function openAzure(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const [, issuer, root] = await mintChain();
  if (issuer === undefined || root === undefined) throw new Error('no issuers');
  writeFileSync(join(folder, 'issuers'), pemOf([issuer, root]));
  const item = async (name: string, spec: KeySpec, key: TestKey, certified: boolean): Promise<AzureItem> => {
    const { certificate } = await mintLeaf('leaf', issuer, {}, spec);
    return { name, versions: [{ version: azureVersion, key, ...(certified && { certificate: certificate.der }) }] };
  };
  const items = await Promise.all([
    ...allSpecs.map((spec) => item(spec, spec, keyOf(spec, 'leaf'), true)),
    item('mismatched', 'EC-256', keyOf('EC-256', 'other'), true),
    item('bare', 'EC-256', keyOf('EC-256', 'other'), false),
  ]);
  const { origin, environment, config, close } = await azureCloud({ items, folder, credentials: 'application' });
  const place = (name: string, more: Readonly<Record<string, string>> = { ca_certs: join(folder, 'issuers') }): KeyPlace => ({
    keyId: `${origin}/keys/${name}`,
    context: contextOf({ ...config, ...more }, environment),
  });
  return {
    key: (spec) => place(spec),
    absent: place('absent'),
    mismatched: place('mismatched'),
    bare: place('bare', {}),
    close: () => closeCloud(close, folder),
  };
}

/** Google keeps no certificates: each key's chain is a file. */
async function openGcp(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const version = (key: TestKey): readonly GcpVersion[] => [{ version: '1', key }];
  for (const spec of gcpSpecs) writeFileSync(join(folder, spec), pemOf(await mintChain({ spec })));
  writeFileSync(join(folder, 'other'), pemOf([await mintLeaf('other', undefined)]));
  const keys = Object.fromEntries(gcpSpecs.map((spec) => [spec, version(keyOf(spec, 'leaf'))]));
  const { environment, config, close } = await gcpCloud({ versions: [], keys, folder });
  const place = (key: string, chain?: string): KeyPlace => ({
    keyId: `gcpkms://${gcpKey.replace(/app$/, key)}/cryptoKeyVersions/1`,
    context: contextOf({ ...config, ...(chain && { cert_chain: join(folder, chain) }) }, environment),
  });
  return {
    key: (spec) => place(spec, spec),
    absent: place('absent'),
    mismatched: place('EC-256', 'other'),
    bare: place('EC-256'),
    close: () => closeCloud(close, folder),
  };
}

/** Each Transit key's chain is in the secret of its name. */
async function openVault(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const chained = async (name: string, spec: KeySpec, key: TestKey): Promise<TransitItem> => {
    return { name, versions: [key], certificate: pemOf(await mintChain({ spec })) };
  };
  const keys = await Promise.all([
    ...allSpecs.map((spec) => chained(spec, spec, keyOf(spec, 'leaf'))),
    chained('mismatched', 'EC-256', keyOf('EC-256', 'other')),
  ]);
  const bare: TransitItem = { name: 'bare', versions: [keyOf('EC-256', 'other')] };
  const { environment, config, close } = await vaultCloud({ keys: [...keys, bare], folder });
  const place = (name: string, more: Readonly<Record<string, string>> = {}): KeyPlace => ({
    keyId: `hashivault://${name}`,
    context: contextOf({ ...config, ...more }, environment),
  });
  return {
    key: (spec) => place(spec),
    absent: place('absent'),
    mismatched: place('mismatched'),
    bare: place('bare'),
    close: () => closeCloud(close, folder),
  };
}

/** A real token, whose leaves lie beside their keys. */
async function openToken(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const token = makeToken(folder);
  const [, issuer, root] = await mintChain();
  if (issuer === undefined || root === undefined) throw new Error('no issuers');
  writeFileSync(join(folder, 'issuers'), pemOf([issuer, root]));
  for (const [index, spec] of allSpecs.entries()) {
    token.importKey(spec, `0${index}`, keyOf(spec, 'leaf'));
    token.importCertificate(spec, `0${index}`, (await mintLeaf('leaf', issuer, {}, spec)).certificate.der);
  }
  token.importKey('mismatched', '0a', keyOf('EC-256', 'other'));
  token.importCertificate('mismatched', '0a', (await mintLeaf('leaf', issuer)).certificate.der);
  token.importKey('bare', '0b', keyOf('EC-256', 'bare'));
  const options = { pkcs11_module: token.module, pkcs11_addon: token.addon, pin_env: 'PIN' };
  const place = (name: string, more: Readonly<Record<string, string>> = { ca_certs: join(folder, 'issuers') }): KeyPlace => ({
    keyId: `pkcs11:token=notation;object=${name}`,
    context: contextOf({ ...options, ...more }, { ...token.environment, PIN: pin }),
  });
  return {
    key: (spec) => place(spec),
    absent: place('absent'),
    mismatched: place('mismatched'),
    bare: place('bare', {}),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

function pemOf(chain: readonly Holder[]): string {
  return toPem(chain.map(({ certificate }) => certificate.der));
}

async function closeCloud(close: () => Promise<void>, folder: string): Promise<void> {
  await close();
  rmSync(folder, { recursive: true });
}
