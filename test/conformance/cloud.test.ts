// The contract's vectors about keys, with keys of clouds in place of files: the same vectors, the same runner, every built form.
import { strictEqual } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inapplicable, type Mapping } from '../../scripts/conformance/keys.ts';
import { runVector } from '../../scripts/conformance/runner.ts';
import { compileSchemas } from '../../scripts/conformance/schemas.ts';
import { loadVectors } from '../../scripts/conformance/vector.ts';
import { type Algorithm, algorithms } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { basicConstraints, extendedKeyUsage, keyUsage } from '../../src/x509/issue/issue.ts';
import { gcpAlgorithms, gcpRing, gkmsEnvironment, startGkms } from '../support/gkms.ts';
import { appServiceHeader, keyPemOf, pemOf, startKeyVault } from '../support/key-vault.ts';
import { type AwsKey, awsSpecs, createKey, kmsClient, publicKeyInfoOf, startMinistack } from '../support/ministack.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { needs, type Peer } from '../support/peers.ts';
import { type Change, certifyKey, type Holder, keyOf, mintCa, mintLeaf } from '../support/pki.ts';
import { forms } from '../support/program.ts';
import { makeToken, pin } from '../support/softhsm.ts';
import { rootToken, startVault } from '../support/vault.ts';

type Keys = Mapping['keys'];

/** A cloud with keys that the vectors name, for as long as they run. */
interface Cloud {
  readonly env: Readonly<Record<string, string>>;
  readonly keys: Keys;
  stop(): Promise<void>;
}

interface CloudUnderTest {
  readonly name: string;
  readonly peers: readonly Peer[];
  /** Whether vectors must not run side by side: SoftHSM fails while another process writes that somebody logged in. */
  readonly inRow?: true;
  /** The vectors' names of the keys that it has. */
  readonly has: readonly string[];
  open(folder: string): Promise<Cloud>;
}

const gcpSpecNames = algorithms.filter(({ keySpec }) => gcpAlgorithms[keySpec] !== undefined).map(({ keySpec }) => keySpec.toLowerCase());
const specNames = algorithms.map(({ keySpec }) => keySpec.toLowerCase());
/** Certificates of one EC-256 key that break a rule, by the vectors' names. */
const flaws: Readonly<Record<string, Change>> = {
  expired: { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2020-02-01T00:00:00Z') },
  'not-yet-valid': { notBefore: new Date('2099-01-01T00:00:00Z'), notAfter: new Date('2100-01-01T00:00:00Z') },
  'server-auth': { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.serverAuth])] },
  'no-key-usage': { extensions: [extendedKeyUsage([extendedKeyUsageOid.codeSigning])] },
  'key-usage-not-critical': { extensions: [keyUsage(['digitalSignature'], false)] },
  encipherment: { extensions: [keyUsage(['digitalSignature', 'keyEncipherment'])] },
  'ca-leaf': { extensions: [basicConstraints(true), keyUsage(['digitalSignature', 'keyCertSign'])] },
};
const chainNames = ['unordered', 'no-root', 'mismatch', ...Object.keys(flaws)];

const clouds: readonly CloudUnderTest[] = [
  { name: 'AWS KMS', peers: ['ministack'], has: ['absent', 'no-chain', 'secp256k1', ...specNames, ...chainNames], open: openAws },
  { name: 'Azure Key Vault', peers: ['akv'], has: ['absent', 'no-chain', ...specNames, ...chainNames], open: openAzure },
  { name: 'Google Cloud KMS', peers: ['gkms'], has: ['absent', 'no-chain', ...gcpSpecNames, ...chainNames], open: openGcp },
  { name: 'Vault Transit', peers: ['vaultdev'], has: ['absent', 'no-chain', ...specNames, ...chainNames], open: openVault },
  {
    name: 'PKCS#11 tokens',
    peers: ['softhsm2-util', 'pkcs11-tool', 'pkcs11.node', 'pkcs11-fault.so'],
    has: ['absent', 'no-chain', ...specNames, ...chainNames],
    inRow: true,
    open: openToken,
  },
];

const [schemas, vectors] = [compileSchemas(), loadVectors()];
const features = ['raw', 'strict-json', 'ts-kms'];

for (const { name, peers, has, inRow, open } of clouds) {
  const mapped = { name, features, keys: Object.fromEntries(has.map((key) => [key, { keyId: '' }])) };
  const applicable = vectors.filter((vector) => JSON.stringify(vector).includes('{key:') && inapplicable(vector, mapped) === undefined);
  describe(`vectors with keys of ${name}`, { concurrency: inRow ? 1 : 2 }, () => {
    const folder = openFolder();
    let cloud: Cloud | undefined;
    before(async () => {
      if (needs(...peers).skip === undefined) cloud = await open(folder);
    });
    after(async () => {
      await cloud?.stop();
      removeFolder(folder);
    });

    for (const form of forms) {
      for (const vector of applicable) {
        test(`${form.name}: ${vector.name}`, needs(...peers), async () => {
          const mapping = { name, features, env: cloud?.env ?? {}, keys: cloud?.keys ?? {} };
          const { status, reasons } = await runVector(form.command, vector, mapping, schemas);
          strictEqual(status, 'passed', `${vector.id}: ${reasons.join('; ')}`);
        });
      }
    }
  });
}

async function openAws(folder: string): Promise<Cloud> {
  const stack = await startMinistack({ auth: true });
  const kms = kmsClient(stack);
  const root = await mintCa('root', undefined);
  const chained = (key: AwsKey, file: string) => ({ keyId: `awskms:///${key.id}`, pluginConfig: { cert_chain: file } });
  const open = async ({ keySpec }: Algorithm) => {
    const key = await createKey(kms, awsSpecs[keySpec]);
    const file = await writeChain(folder, keySpec, await publicKeyInfoOf(kms, key), root);
    return [keySpec.toLowerCase(), chained(key, file)] as const;
  };
  const ec256 = await createKey(kms, awsSpecs['EC-256']);
  const chains = await writeFlawedChains(folder, await publicKeyInfoOf(kms, ec256), root);
  return {
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_KMS: stack.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    keys: {
      absent: { keyId: 'alias/absent' },
      'no-chain': { keyId: ec256.arn },
      secp256k1: { keyId: (await createKey(kms, 'ECC_SECG_P256K1')).arn },
      ...Object.fromEntries(await Promise.all(algorithms.map(open))),
      ...Object.fromEntries(Object.entries(chains).map(([name, file]) => [name, chained(ec256, file)])),
    },
    stop: () => stack.stop(),
  };
}

/** The leaves of the six key specs lie in the vault; the flawed chains of its EC-256 key are files. */
async function openAzure(folder: string): Promise<Cloud> {
  const vault = await startKeyVault({ folder });
  const root = await mintCa('root', undefined);
  await vault.addCaller({ clientId: '', managed: true });
  const roots = join(folder, 'roots.pem');
  writeFileSync(roots, toPem([root.certificate.der]));
  const options = { credential_type: 'managedid', ca_bundle: vault.authority };
  const keyId = (name: string) => `https://${vault.host}/keys/${name}`;
  const specs: [string, Keys[string]][] = [];
  for (const { keySpec } of algorithms) {
    const leaf = await mintLeaf('leaf', root, {}, keySpec);
    await vault.addVersion({ name: keySpec, pem: pemOf(leaf) });
    specs.push([keySpec.toLowerCase(), { keyId: keyId(keySpec), pluginConfig: { ...options, ca_certs: roots } }]);
  }
  await vault.addVersion({ name: 'bare', pem: keyPemOf({ key: keyOf('EC-256', 'leaf') }) });
  const chains = await writeFlawedChains(folder, keyOf('EC-256', 'leaf').publicKeyInfo, root);
  return {
    env: { IDENTITY_ENDPOINT: `${vault.identity}/msi/token`, IDENTITY_HEADER: appServiceHeader },
    keys: {
      absent: { keyId: keyId('absent'), pluginConfig: { ...options, ca_certs: roots } },
      'no-chain': { keyId: keyId('bare'), pluginConfig: options },
      ...Object.fromEntries(specs),
      ...Object.fromEntries(
        Object.entries(chains).map(([name, file]) => [name, { keyId: keyId('EC-256'), pluginConfig: { ...options, cert_chain: file } }]),
      ),
    },
    stop: () => vault.stop(),
  };
}

/** Four of the six key specs; all chains are files. */
async function openGcp(folder: string): Promise<Cloud> {
  const kms = await startGkms();
  const root = await mintCa('root', undefined);
  const credentials = join(folder, 'account.json');
  await kms.addServiceAccount(credentials);
  const chained = (version: string, file: string) => ({ keyId: `gcpkms://${version}`, pluginConfig: { cert_chain: file } });
  const open = async ([keySpec, algorithm]: readonly [string, string]) => {
    const version = await kms.createKey(keySpec, algorithm);
    return [keySpec.toLowerCase(), chained(version, await writeChain(folder, keySpec, await kms.publicKeyInfo(version), root))] as const;
  };
  const bare = await kms.createKey('bare', 'EC_SIGN_P256_SHA256');
  const chains = await writeFlawedChains(folder, await kms.publicKeyInfo(bare), root);
  return {
    env: gkmsEnvironment(kms, credentials),
    keys: {
      absent: { keyId: `gcpkms://${gcpRing}/cryptoKeys/absent/cryptoKeyVersions/1` },
      'no-chain': { keyId: bare },
      ...Object.fromEntries(await Promise.all(Object.entries(gcpAlgorithms).map(open))),
      ...Object.fromEntries(Object.entries(chains).map(([name, file]) => [name, chained(bare, file)])),
    },
    stop: () => kms.stop(),
  };
}

/** The chains of the six keys lie in KV; the flawed ones are files. */
async function openVault(folder: string): Promise<Cloud> {
  const vault = await startVault();
  const root = await mintCa('root', undefined);
  for (const { keySpec } of algorithms) {
    await vault.createKey(keySpec, keySpec);
    const certificate = toPem([await certifyKey('leaf', await vault.publicKeyInfo(keySpec), root), root.certificate.der]);
    await vault.ask('POST', `secret/data/${keySpec}`, { data: { certificate } });
  }
  await vault.createKey('bare', 'EC-256');
  const chains = await writeFlawedChains(folder, await vault.publicKeyInfo('EC-256'), root);
  return {
    env: { VAULT_ADDR: vault.address, VAULT_TOKEN: rootToken },
    keys: {
      absent: { keyId: 'hashivault://absent' },
      'no-chain': { keyId: 'hashivault://bare' },
      ...Object.fromEntries(algorithms.map(({ keySpec }) => [keySpec.toLowerCase(), { keyId: `hashivault://${keySpec}` }])),
      ...Object.fromEntries(
        Object.entries(chains).map(([name, file]) => [name, { keyId: 'hashivault://EC-256', pluginConfig: { cert_chain: file } }]),
      ),
    },
    stop: () => vault.stop(),
  };
}

/** The leaves of the six keys lie on the token; the root of all, and the flawed chains, are files. */
async function openToken(folder: string): Promise<Cloud> {
  const token = makeToken(folder);
  const root = await mintCa('root', undefined);
  const roots = join(folder, 'roots.pem');
  writeFileSync(roots, toPem([root.certificate.der]));
  const options = { pkcs11_module: token.module, pkcs11_addon: token.addon, pin_env: 'PIN' };
  const keyId = (name: string) => `pkcs11:token=notation;object=${name}`;
  for (const [index, { keySpec }] of algorithms.entries()) {
    const leaf = await mintLeaf('leaf', root, {}, keySpec);
    token.importKey(keySpec, `0${index}`, leaf.key);
    token.importCertificate(keySpec, `0${index}`, leaf.certificate.der);
  }
  token.importKey('bare', 'ba', keyOf('EC-256', 'bare'));
  const chains = await writeFlawedChains(folder, keyOf('EC-256', 'leaf').publicKeyInfo, root);
  const config = { ...options, ca_certs: roots };
  return {
    env: { ...token.environment, PIN: pin },
    keys: {
      absent: { keyId: keyId('absent'), pluginConfig: config },
      'no-chain': { keyId: keyId('bare'), pluginConfig: options },
      ...Object.fromEntries(algorithms.map(({ keySpec }) => [keySpec.toLowerCase(), { keyId: keyId(keySpec), pluginConfig: config }])),
      ...Object.fromEntries(
        Object.entries(chains).map(([name, file]) => [name, { keyId: keyId('EC-256'), pluginConfig: { ...options, cert_chain: file } }]),
      ),
    },
    stop: async () => undefined,
  };
}

async function writeChain(folder: string, name: string, publicKeyInfo: Der, root: Holder): Promise<string> {
  return write(folder, name, [await certifyKey('leaf', publicKeyInfo, root), root.certificate.der]);
}

async function writeFlawedChains(folder: string, publicKeyInfo: Der, root: Holder): Promise<Readonly<Record<string, string>>> {
  const leaf = await certifyKey('leaf', publicKeyInfo, root);
  const rootDer = root.certificate.der;
  const between = await mintCa('between', root);
  const files: Record<string, string> = {
    unordered: write(folder, 'unordered', [rootDer, await certifyKey('leaf', publicKeyInfo, between), between.certificate.der]),
    'no-root': write(folder, 'no-root', [leaf]),
    mismatch: await writeChain(folder, 'mismatch', keyOf('EC-256', 'other').publicKeyInfo, root),
  };
  for (const [name, change] of Object.entries(flaws))
    files[name] = write(folder, name, [await certifyKey('leaf', publicKeyInfo, root, change), rootDer]);
  return files;
}

function write(folder: string, name: string, chain: readonly Der[]): string {
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, toPem(chain));
  return file;
}
