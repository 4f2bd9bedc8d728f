// The pages of the README about keys of clouds, keys without certificates, and trust: their commands, run as they stand there.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../src/x509/bundle.ts';
import { mintIdentity } from '../support/clouds/tls.ts';
import { gkmsEnvironment, startGkms } from '../support/gkms.ts';
import { appServiceHeader, type KeyVault, pemOf, startKeyVault } from '../support/key-vault.ts';
import { createKey, kmsClient, type Ministack, nameKey, startMinistack } from '../support/ministack.ts';
import { executableUnderTest, openNotation } from '../support/notation.ts';
import { makeBareKey, openssl } from '../support/openssl.ts';
import { needs, openPeer, type Peer } from '../support/peers.ts';
import { type Holder, keyOf, mintCa, mintLeaf } from '../support/pki.ts';
import { pluginScript, tarGzOf } from '../support/plugin-archives.ts';
import { start } from '../support/process.ts';
import { makeToken, pin } from '../support/softhsm.ts';
import { rootToken, startVault } from '../support/vault.ts';
import { userEnvironment } from './aws-environment.ts';
import { openSession, type Session } from './session.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const repository = 'registry.example.com/app';
const artifact = `${repository}@sha256:…`;

/** What the reader of a page has. */
interface Reader {
  readonly environment: NodeJS.ProcessEnv;
  /** Files in the working directory, and what a command needs to find behind its key id. */
  prepare(folder: string, command: string): Promise<void>;
  /** The command for this reader's servers in place of the page's. */
  adapt(command: string): string;
  /** Certificate files that verification trusts before the page says so itself. */
  readonly roots: readonly string[];
  close(): Promise<void>;
}

interface Page {
  readonly heading: string;
  readonly peers: readonly Peer[];
  /** At least so many commands are on it. */
  readonly commands: number;
  /** Whether its sections go on from each other; otherwise each is for a reader of its own. */
  readonly inRow?: true;
  /** A section of it that another test runs. */
  readonly except?: string;
  open(session: Session): Promise<Reader>;
}

const pages: readonly Page[] = [
  { heading: 'AWS KMS', peers: ['ministack'], commands: 4, open: openAws },
  { heading: 'Azure Key Vault', peers: ['akv'], commands: 3, open: openAzure },
  { heading: 'Google Cloud KMS', peers: ['gkms'], commands: 4, open: openGcp },
  { heading: 'Vault and OpenBao', peers: ['vaultdev'], commands: 4, open: openVault },
  { heading: 'HSMs', peers: ['softhsm2-util', 'pkcs11.node'], commands: 4, open: openHsm },
  { heading: 'From notation-azure-kv', peers: ['akv'], commands: 2, open: openAzure },
  { heading: 'I have a key but no certificate', peers: [], commands: 11, open: openLocal },
  { heading: 'Manage keys and certificates', peers: [], commands: 14, open: openLocal },
  { heading: 'Verify', peers: [], commands: 14, inRow: true, open: openLocal },
  { heading: 'Plugins', peers: [], commands: 8, except: 'Other plugins', open: openPlugins },
  { heading: 'Trust', peers: [], commands: 14, open: openLocal },
];

for (const { heading, peers, commands, inRow, except, open } of pages) {
  const needed = needs('notation', 'oras', 'ocireg', ...peers);
  describe(`the page "${heading}"`, () => {
    let session: Session;
    let reader: Reader;
    before(async () => {
      if (needed.skip !== undefined) return;
      session = await openSession();
      reader = await open(session);
    });
    after(async () => {
      await reader?.close();
      await session?.close();
    });

    test('every command does what it says', needed, async () => {
      const run = [];
      const page = pageOf(heading);
      const sections = inRow ? [page] : page.split(/^### /m).filter((section) => except === undefined || !section.startsWith(except));
      for (const section of sections) run.push(...(await runSection(section, session, reader)));
      assert.ok(run.length >= commands, `README.md has the page, with its ${commands} commands`);
      assert.ok(run.some((command) => command.includes('notation sign')));
    });
  });
}

function pageOf(heading: string): string {
  return new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(readme)?.[1] ?? '';
}

/** Runs the commands of a section in a new home, under the trust policy that the section speaks of; what is signed must verify there. */
async function runSection(section: string, session: Session, reader: Reader): Promise<readonly string[]> {
  const home = openNotation(session.folder, session.plugin, { roots: reader.roots });
  mkdirSync(join(home.folder, 'bin'));
  symlinkSync(executableUnderTest(), join(home.folder, 'bin', 'notation-ts-kms'));
  for (const peer of ['notation', 'oras'] as const) symlinkSync(openPeer(peer), join(home.folder, 'bin', peer));
  writePolicy(join(home.config, 'trustpolicy.json'), section);
  const env = {
    PATH: `${join(home.folder, 'bin')}:${process.env['PATH']}`,
    HOME: home.folder,
    XDG_CONFIG_HOME: join(home.folder, 'config'),
    NOTATION_LIBEXEC: session.plugin.libexec,
    ...reader.environment,
  };
  const reference = await session.artifact();
  const commands = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n'));
  for (const command of commands) {
    await reader.prepare(home.folder, command);
    const run = (line: string) =>
      start(['sh', '-c', line.replaceAll(artifact, reference).replaceAll(repository, reference.slice(0, reference.indexOf('@')))], {
        cwd: home.folder,
        env,
      });
    const { code, stderr } = await run(reader.adapt(command));
    assert.equal(code, 0, `${command}: ${stderr}`);
    if (!command.startsWith('notation sign')) continue;
    const verified = await run(`notation verify ${artifact}`);
    assert.equal(verified.code, 0, `${command}: ${verified.stderr}`);
  }
  return commands;
}

function writePolicy(path: string, section: string): void {
  const [stores, identities] = ['trustStores', 'trustedIdentities'].map((name) => new RegExp(`"${name}": (\\[.*?\\])`).exec(section)?.[1]);
  if (stores === undefined || identities === undefined) return;
  const policy = readFileSync(path, 'utf8')
    .replace('["ca:interop"]', stores)
    .replace('["*"],"registryScopes', `${identities},"registryScopes`);
  assert.ok(policy.includes(stores) && policy.includes(identities));
  writeFileSync(path, policy);
}

/** A key in a file, and an authority that answers. */
/** Somebody else's plugin, also where it is published, and a key whose certificate is trusted. */
async function openPlugins(session: Session): Promise<Reader> {
  const plugin = { name: 'notation-wabbit-plugin', content: pluginScript('wabbit-plugin', '1.0.0'), mode: 0o755 };
  const archive = tarGzOf([plugin, { name: 'LICENSE', content: 'a license' }]);
  const identity = await mintIdentity();
  const server = createServer({ key: identity.key, cert: identity.cert }, (_, response) => response.end(archive)).listen(0, 'localhost');
  await once(server, 'listening');
  const authority = join(session.folder, 'publisher.pem');
  writeFileSync(authority, identity.authority);
  return {
    environment: { SSL_CERT_FILE: authority },
    prepare: async (folder) => {
      writeFileSync(join(folder, 'wabbit-plugin.tar.gz'), archive);
      copyFileSync(session.ec.key, join(folder, 'release.key'));
      copyFileSync(session.ec.chain, join(folder, 'release.crt'));
    },
    adapt: (command) => command.replace('https://wabbit-networks.com', `https://localhost:${(server.address() as AddressInfo).port}`),
    roots: [session.authority.certificate],
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function openLocal(): Promise<Reader> {
  const prepared = new Set<string>();
  const prepare = async (folder: string) => {
    if (prepared.has(folder)) return;
    prepared.add(folder);
    makeBareKey(folder, 'release.key', 'EC-256');
    const extensions = ['-addext', 'basicConstraints=critical,CA:true', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
    openssl(folder, 'req', '-x509', ...key, '-out', 'ca.crt', '-subj', '/CN=acme', '-days', '2', ...extensions);
  };
  return { environment: {}, prepare, adapt: (command) => command, roots: [], close: async () => undefined };
}

/** A key in AWS KMS with a name. */
async function openAws(): Promise<Reader> {
  const stack: Ministack = await startMinistack({ auth: true });
  const kms = kmsClient(stack);
  await nameKey(kms, await createKey(kms, 'RSA_3072'), 'alias/release');
  return {
    environment: userEnvironment(stack),
    prepare: async () => undefined,
    adapt: (command) => command,
    roots: [],
    close: () => stack.stop(),
  };
}

async function openGcp({ folder }: Session): Promise<Reader> {
  const kms = await startGkms();
  const credentials = join(folder, 'account.json');
  await kms.addServiceAccount(credentials);
  const key = { purpose: 'ASYMMETRIC_SIGN', versionTemplate: { algorithm: 'EC_SIGN_P256_SHA256' } };
  await kms.ask('POST', 'projects/example/locations/europe-west3/keyRings/release/cryptoKeys?cryptoKeyId=app', key);
  return {
    environment: gkmsEnvironment(kms, credentials),
    prepare: async () => undefined,
    adapt: (command) => command,
    roots: [],
    close: () => kms.stop(),
  };
}

async function openVault(): Promise<Reader> {
  const vault = await startVault();
  await vault.createKey('release', 'EC-384');
  return {
    environment: { VAULT_ADDR: vault.address, VAULT_TOKEN: rootToken },
    prepare: async () => undefined,
    adapt: (command) => command,
    roots: [],
    close: () => vault.stop(),
  };
}

/** Where the page says the module of SoftHSM is, this machine has another. */
async function openHsm(session: Session): Promise<Reader> {
  const token = makeToken(session.folder, 'hsm');
  token.importKey('release', '01', keyOf('RSA-3072', 'release'));
  return {
    environment: { ...token.environment, PIN: pin, NOTATION_TS_KMS_PKCS11_ADDON: token.addon },
    prepare: async () => undefined,
    adapt: (command) => command.replaceAll('/usr/lib/softhsm/libsofthsm2.so', token.softhsm),
    roots: [],
    close: async () => undefined,
  };
}

/** A vault with the certificate that each command speaks of, and this machine's managed identity. */
async function openAzure(session: Session): Promise<Reader> {
  const vault: KeyVault = await startKeyVault({ folder: session.folder });
  await vault.addCaller({ clientId: '', managed: true });
  const root = await mintCa('root', undefined);
  const [issued, alone] = [await mintLeaf('issued', root), await mintLeaf('alone', undefined)];
  const roots = [root, alone].map((holder, index) => writePem(join(session.folder, `root-${index}.crt`), [holder]));
  return {
    environment: { IDENTITY_ENDPOINT: `${vault.identity}/msi/token`, IDENTITY_HEADER: appServiceHeader },
    prepare: async (folder, command) => {
      writePem(join(folder, 'ca.pem'), [root]);
      writePem(join(folder, 'chain.pem'), [root, issued]);
      await vault.addVersion({ name: 'release', pem: pemOf(command.includes('self_signed') ? alone : issued) });
    },
    adapt: (command) =>
      command
        .replaceAll('contoso.vault.azure.net', vault.host)
        .replace('--plugin ts-kms', `--plugin ts-kms --plugin-config ca_bundle=${vault.authority}`),
    roots,
    close: () => vault.stop(),
  };
}

function writePem(path: string, holders: readonly Holder[]): string {
  writeFileSync(path, toPem(holders.map(({ certificate }) => certificate.der)));
  return path;
}
