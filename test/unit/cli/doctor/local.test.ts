// A machine with a key in a file: nothing wrong with it, and then one thing after another.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../../../src/x509/bundle.ts';
import { askDoctor, type Told } from '../../../support/doctor.ts';
import { type Notation, openFolder, openNotation, removeFolder } from '../../../support/notation.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../../../support/pki.ts';
import { mintRevocable } from '../../../support/revocable.ts';
import { runTool } from '../../../support/tool.ts';

/** One home, its key and its trust; nothing of it is anybody else's. */
interface Home extends Notation {
  readonly environment: Readonly<Record<string, string>>;
  readonly key: string;
  readonly chain: string;
}

const folder = openFolder();
after(() => removeFolder(folder));

async function openHome(): Promise<Home> {
  const chain = await mintChain();
  const root = join(folder, 'root.crt');
  writeFileSync(root, toPem(chain.slice(-1).map(({ certificate }) => certificate.der)));
  const home = openNotation(folder, { name: '', version: '', libexec: folder }, { roots: [root] });
  const [key, path] = [join(home.folder, 'release.key'), join(home.folder, 'release.crt')];
  writeFileSync(key, chain[0]?.key.privateKey.export({ format: 'pem', type: 'pkcs8' }) ?? '', { mode: 0o600 });
  writeFileSync(path, toPem(chain.map(({ certificate }) => certificate.der)));
  const keys = [{ name: 'release', keyPath: key, certPath: path }];
  writeFileSync(join(home.config, 'signingkeys.json'), JSON.stringify({ default: 'release', keys }), { mode: 0o600 });
  const libexec = join(home.folder, 'libexec');
  const environment = {
    HOME: home.folder,
    NOTATION_CONFIG: home.config,
    NOTATION_LIBEXEC: libexec,
    NOTATION_CACHE: join(home.folder, 'cache'),
    PATH: join(home.folder, 'bin'),
  };
  return { ...home, environment, key, chain: path };
}

function ask(home: Home, words: readonly string[] = [], now: Date = during, more = {}): Promise<Told> {
  return askDoctor(words, { environment: { ...home.environment, ...more }, now });
}

describe('a healthy machine', () => {
  let told: Told;
  before(async () => {
    told = await ask(await openHome());
  });

  test('has no warning', () => {
    assert.deepEqual(told.wrong, []);
    assert.equal(told.code, 0);
  });

  test('is told by checks with these ids, in this order', () => {
    assert.deepEqual(
      told.checks.map(({ id }) => id),
      [
        ...['installation.program', 'installation.notation', 'installation.plugin'],
        ...['configuration.folder', 'configuration.keys', 'configuration.cache'],
        ...['key.config', 'credentials.source', 'key.open', 'key.state', 'key.permission'],
        ...['chain.certificates', 'chain.rules', 'chain.key', 'chain.validity', 'chain.revocation'],
        ...['trust.policy', 'trust.blob-policy', 'trust.stores', 'trust.key'],
        'network.authorities',
      ],
    );
  });
});

/** Something wrong, and the line that says so. */
interface Fault {
  readonly name: string;
  readonly spoil?: (home: Home) => unknown;
  readonly words?: (home: Home) => readonly string[];
  readonly environment?: (home: Home) => Readonly<Record<string, string>>;
  readonly now?: Date;
  readonly id: string;
  readonly status: 'warning' | 'failure';
  readonly says: RegExp;
  readonly hints: RegExp;
}

const policyPath = ({ config }: Home) => join(config, 'trustpolicy.json');

function changePolicy(home: Home, change: (statement: Record<string, unknown>) => void): void {
  const policy = JSON.parse(readFileSync(policyPath(home), 'utf8'));
  change(policy.trustPolicies[0]);
  writeFileSync(policyPath(home), JSON.stringify(policy));
}

function changeKeys(home: Home, key: object): void {
  const path = join(home.config, 'signingkeys.json');
  const list = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...list, keys: [...list.keys, key] }));
}

/** Puts a plugin where notation looks for one. */
function placePlugin({ folder: home }: Home, name: string, script: string | undefined, mode = 0o755): string {
  const path = join(home, 'libexec', 'plugins', name);
  mkdirSync(path, { recursive: true });
  const executable = join(path, `notation-${name}`);
  if (script !== undefined) writeFileSync(executable, script, { mode });
  return executable;
}

const saying = (metadata: object) => {
  const whole = { description: 'd', url: 'u', supportedContractVersions: ['1.0'], capabilities: ['SIGNATURE_GENERATOR.RAW'], ...metadata };
  return `#!/bin/sh\necho '${JSON.stringify(whole)}'\n`;
};
const storeFolder = ({ config }: Home) => join(config, 'truststore', 'x509', 'ca', 'interop');
const wholeStatement = (home: Home, level: string) =>
  changePolicy(home, (statement) =>
    Object.assign(statement, { signatureVerification: { level }, trustStores: undefined, trustedIdentities: undefined }),
  );

function placeNotation({ folder: home }: Home, script: string): void {
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'notation'), script, { mode: 0o755 });
}

async function writeChain({ chain }: Home, holders: Promise<readonly Holder[]>): Promise<void> {
  writeFileSync(chain, toPem((await holders).map(({ certificate }) => certificate.der)));
}

const faults: readonly Fault[] = [
  {
    name: 'notation without the plugin',
    spoil: (home) => placeNotation(home, '#!/bin/sh\necho "Version:     1.3.2"\n'),
    ...{ id: 'installation.plugin', status: 'warning', says: /not installed/, hints: /notation-ts-kms install/ },
  },
  {
    name: 'a notation of another kind',
    spoil: (home) => placeNotation(home, '#!/bin/sh\necho "Version:     v0.12.1"\n'),
    ...{ id: 'installation.notation', status: 'warning', says: /v0\.12\.1/, hints: /update notation/ },
  },
  {
    name: 'the plugin without notation',
    spoil: (home) => placePlugin(home, 'ts-kms', saying({ name: 'ts-kms', version: '0.1.0' })),
    ...{ id: 'installation.notation', status: 'warning', says: /not in PATH/, hints: /PATH/ },
  },
  {
    name: 'an older plugin',
    spoil: (home) => placePlugin(home, 'ts-kms', saying({ name: 'ts-kms', version: '0.0.9' })),
    ...{ id: 'installation.plugin', status: 'warning', says: /0\.0\.9 is installed/, hints: /install updates it/ },
  },
  {
    name: 'a newer plugin',
    spoil: (home) => placePlugin(home, 'ts-kms', saying({ name: 'ts-kms', version: '99.0.0' })),
    ...{ id: 'installation.plugin', status: 'warning', says: /99\.0\.0 is installed/, hints: /newer program/ },
  },
  {
    name: 'another plugin under the name',
    spoil: (home) => placePlugin(home, 'ts-kms', saying({ name: 'other', version: '0.1.0' })),
    ...{ id: 'installation.plugin', status: 'failure', says: /other/, hints: /install/ },
  },
  {
    name: 'a plugin that says nothing',
    spoil: (home) => placePlugin(home, 'ts-kms', '#!/bin/sh\n'),
    ...{ id: 'installation.plugin', status: 'failure', says: /metadata/, hints: /install/ },
  },
  {
    name: 'a plugin that may not be run',
    spoil: (home) => placePlugin(home, 'ts-kms', saying({}), 0o644),
    ...{ id: 'installation.plugin', status: 'failure', says: /may not be run/, hints: /chmod 755/ },
  },
  {
    name: 'a plugin behind a link',
    spoil: (home) => symlinkSync('/bin/true', placePlugin(home, 'ts-kms', undefined)),
    ...{ id: 'installation.plugin', status: 'failure', says: /regular file/, hints: /install/ },
  },
  {
    name: 'a plugin that everybody may change',
    spoil: (home) => chmodSync(placePlugin(home, 'ts-kms', saying({ name: 'ts-kms', version: '0.1.0' })), 0o777),
    ...{ id: 'installation.plugin', status: 'failure', says: /0777/, hints: /chmod o-w/ },
  },
  {
    name: 'another plugin without its executable',
    spoil: (home) => placePlugin(home, 'other', undefined),
    ...{ id: 'installation.others', status: 'warning', says: /other/, hints: /remove .*other/ },
  },
  {
    name: 'a folder that everybody may change',
    spoil: ({ config }) => chmodSync(config, 0o777),
    ...{ id: 'configuration.folder', status: 'failure', says: /0777/, hints: /chmod o-w/ },
  },
  {
    name: 'a config.json that is no JSON',
    spoil: ({ config }) => writeFileSync(join(config, 'config.json'), '{'),
    ...{ id: 'configuration.file', status: 'failure', says: /malformed config\.json/, hints: /put .* right/ },
  },
  {
    name: 'a key list that is no JSON',
    spoil: ({ config }) => writeFileSync(join(config, 'signingkeys.json'), '['),
    ...{ id: 'configuration.keys', status: 'failure', says: /malformed signingkeys\.json/, hints: /put .* right/ },
  },
  {
    name: 'a misspelt option of a key in the list',
    spoil: (home) =>
      changeKeys(home, { name: 'cloud', id: 'alias/release', pluginName: 'ts-kms', pluginConfig: { aws_regon: 'eu-west-1' } }),
    ...{ id: 'configuration.keys', status: 'failure', says: /"cloud".*"aws_regon"/, hints: /aws_region/ },
  },
  {
    name: 'a key in the list whose file is gone',
    spoil: (home) => changeKeys(home, { name: 'gone', keyPath: '/gone/key', certPath: '/gone/crt' }),
    ...{ id: 'configuration.keys', status: 'warning', says: /"gone": \/gone\/key/, hints: /key delete gone/ },
  },
  {
    name: 'a cache in whose way a file is',
    spoil: ({ folder: home }) => writeFileSync(join(home, 'cache'), ''),
    ...{ id: 'configuration.cache', status: 'warning', says: /cannot be written/, hints: /NOTATION_CACHE/ },
  },
  {
    name: 'a log in a folder that is not there',
    environment: () => ({ NOTATION_TS_KMS_LOG: '/nonexistent/log' }),
    ...{ id: 'configuration.log', status: 'failure', says: /\/nonexistent\/log/, hints: /NOTATION_TS_KMS_LOG/ },
  },
  {
    name: 'a name that no key has',
    words: () => ['--key', 'absent'],
    ...{ id: 'key.config', status: 'failure', says: /absent not found/, hints: /key ls/ },
  },
  {
    name: "another plugin's key, where that plugin is not",
    spoil: (home) => changeKeys(home, { name: 'theirs', id: 'x', pluginName: 'other' }),
    words: () => ['--key', 'theirs'],
    ...{ id: 'key.config', status: 'failure', says: /other/, hints: /plugin/ },
  },
  {
    name: 'an option that there is not',
    words: ({ key }) => ['--id', key, '--plugin-config', 'cert_chian=x'],
    ...{ id: 'key.config', status: 'failure', says: /cert_chian/, hints: /cert_chain/ },
  },
  {
    name: 'an option of another kind of key',
    words: ({ key }) => ['--id', key, '--plugin-config', 'aws_region=eu-west-1'],
    ...{ id: 'credentials.source', status: 'failure', says: /aws_region/, hints: /remove it/ },
  },
  {
    name: 'a scheme that no backend knows',
    words: () => ['--id', 'carrier-pigeon:release'],
    ...{ id: 'credentials.source', status: 'failure', says: /carrier-pigeon/, hints: /awskms/ },
  },
  {
    name: 'a key file that others may read',
    spoil: ({ key }) => chmodSync(key, 0o644),
    ...{ id: 'credentials.source', status: 'warning', says: /0644/, hints: /chmod 600/ },
  },
  {
    name: 'a key file that is gone',
    spoil: ({ key }) => rmSync(key),
    ...{ id: 'credentials.source', status: 'failure', says: /does not exist/, hints: /./ },
  },
  {
    name: 'a key file that holds no key',
    spoil: ({ key }) => writeFileSync(key, 'no key'),
    ...{ id: 'credentials.source', status: 'failure', says: /expected a private key/, hints: /PEM or DER/ },
  },
  {
    name: 'an encrypted key without its passphrase',
    spoil: async ({ key }) => {
      const [leaf] = await mintChain();
      writeFileSync(key, leaf?.key.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' }) ?? '');
    },
    ...{ id: 'credentials.source', status: 'failure', says: /passphrase/, hints: /passphrase_env/ },
  },
  {
    name: 'a chain for another key',
    spoil: (home) => writeChain(home, Promise.all([mintLeaf('stranger', undefined)])),
    ...{ id: 'chain.certificates', status: 'failure', says: /key/, hints: /certificate for this key/ },
  },
  {
    name: 'a chain without its issuers',
    spoil: async (home) =>
      writeChain(
        home,
        mintChain().then(([leaf]) => (leaf === undefined ? [] : [leaf])),
      ),
    ...{ id: 'chain.certificates', status: 'failure', says: /intermediate 1/, hints: /missing certificate/ },
  },
  {
    name: 'a chain with a stranger in it',
    spoil: async (home) => writeChain(home, Promise.all([...(await mintChain()), mintCa('stranger', undefined)])),
    ...{ id: 'chain.certificates', status: 'failure', says: /stranger/, hints: /chain check --fix/ },
  },
  {
    name: 'a certificate for no code signing',
    spoil: (home) => writeChain(home, mintChain({ purpose: 'timestamping' })),
    ...{ id: 'chain.rules', status: 'failure', says: /leaf/, hints: /./ },
  },
  {
    name: 'a certificate that ends in some days',
    now: new Date('2034-12-20T00:00:00Z'),
    ...{ id: 'chain.validity', status: 'warning', says: /12 days more/, hints: /renewed/ },
  },
  {
    name: 'a certificate that has ended',
    now: new Date('2035-02-01T00:00:00Z'),
    ...{ id: 'chain.validity', status: 'failure', says: /2035-01-01/, hints: /renewed/ },
  },
  {
    name: 'a certificate that has not begun',
    now: new Date('2024-02-01T00:00:00Z'),
    ...{ id: 'chain.validity', status: 'failure', says: /not valid before 2025-01-01/, hints: /clock/ },
  },
  {
    name: 'a responder that nobody reaches',
    spoil: async (home) => {
      const [, issuer, root] = await mintChain();
      assert.ok(issuer && root);
      const urls = { ocsp: ['http://127.0.0.1:1/ocsp'], crl: ['http://127.0.0.1:1/crl'] };
      await writeChain(home, Promise.all([mintRevocable('leaf', issuer, urls), issuer, root]));
    },
    ...{ id: 'chain.revocation', status: 'warning', says: /OCSP http:\/\/127\.0\.0\.1:1\/ocsp.*CRL/, hints: /reach/ },
  },
  {
    name: 'no policy',
    spoil: (home) => rmSync(policyPath(home)),
    ...{ id: 'trust.policy', status: 'warning', says: /does not exist/, hints: /policy init/ },
  },
  {
    name: 'a policy that is malformed',
    spoil: (home) => changePolicy(home, (statement) => Object.assign(statement, { trustStores: ['interop'] })),
    ...{ id: 'trust.policy', status: 'failure', says: /type:name/, hints: /./ },
  },
  {
    name: 'a policy that everybody may change',
    spoil: (home) => chmodSync(policyPath(home), 0o666),
    ...{ id: 'trust.policy', status: 'failure', says: /0666/, hints: /chmod o-w/ },
  },
  {
    name: 'two policies',
    spoil: (home) => copyFileSync(policyPath(home), join(home.config, 'trustpolicy.oci.json')),
    ...{ id: 'trust.policy', status: 'warning', says: /notation 1 does not read/, hints: /remove one/ },
  },
  {
    name: 'a blob policy that is malformed',
    spoil: ({ config }) => writeFileSync(join(config, 'trustpolicy.blob.json'), '{}'),
    ...{ id: 'trust.blob-policy', status: 'failure', says: /version/, hints: /./ },
  },
  {
    name: 'a policy that skips everything',
    spoil: (home) => wholeStatement(home, 'skip'),
    ...{ id: 'trust.statements', status: 'warning', says: /lets every artifact pass/, hints: /level/ },
  },
  {
    name: 'a wish for timestamps without a store for them',
    spoil: (home) =>
      changePolicy(home, (statement) =>
        Object.assign(statement, { signatureVerification: { level: 'strict', verifyTimestamp: 'always' } }),
      ),
    ...{ id: 'trust.statements', status: 'warning', says: /verifyTimestamp/, hints: /tsa:/ },
  },
  {
    name: 'an identity that only a plugin understands',
    spoil: (home) => changePolicy(home, (statement) => Object.assign(statement, { trustedIdentities: ['plugin.id:x'] })),
    ...{ id: 'trust.statements', status: 'warning', says: /plugin\.id:x/, hints: /x509\.subject/ },
  },
  {
    name: 'a store that is not there',
    spoil: (home) => changePolicy(home, (statement) => Object.assign(statement, { trustStores: ['ca:absent'] })),
    ...{ id: 'trust.stores', status: 'failure', says: /"absent"/, hints: /cert add/ },
  },
  {
    name: 'an empty store',
    spoil: (home) => rmSync(join(storeFolder(home), '0.crt')),
    ...{ id: 'trust.stores', status: 'failure', says: /no certificates/, hints: /certificate add/ },
  },
  {
    name: 'a store that everybody may change',
    spoil: (home) => chmodSync(storeFolder(home), 0o777),
    ...{ id: 'trust.stores', status: 'failure', says: /0777/, hints: /chmod o-w/ },
  },
  {
    name: 'a store whose root has ended',
    now: new Date('2035-02-01T00:00:00Z'),
    ...{ id: 'trust.stores', status: 'warning', says: /expired/, hints: /took its place/ },
  },
  {
    name: 'a policy that does not trust the key',
    spoil: (home) =>
      changePolicy(home, (statement) => Object.assign(statement, { trustedIdentities: ['x509.subject: C=US, ST=WA, O=Other'] })),
    ...{ id: 'trust.key', status: 'warning', says: /no statement trusts who signs/, hints: /trustedIdentities/ },
  },
  {
    name: 'a file of authorities that is not there',
    environment: () => ({ SSL_CERT_FILE: '/nonexistent/ca.pem' }),
    ...{ id: 'network.authorities', status: 'failure', says: /SSL_CERT_FILE/, hints: /unset it/ },
  },
  {
    name: 'a file of authorities that holds none',
    environment: ({ key }) => ({ SSL_CERT_FILE: key }),
    ...{ id: 'network.authorities', status: 'failure', says: /release\.key/, hints: /PEM/ },
  },
  {
    name: 'a layout that is not there',
    words: () => ['--oci-layout', '/nonexistent:v1'],
    ...{ id: 'layout.artifact', status: 'failure', says: /\/nonexistent/, hints: /./ },
  },
  {
    name: 'a reference that is none',
    words: () => ['no reference'],
    ...{ id: 'registry.reach', status: 'failure', says: /invalid reference/, hints: /./ },
  },
  {
    name: 'a scope that no statement is about',
    spoil: (home) => changePolicy(home, (statement) => Object.assign(statement, { registryScopes: ['registry.example.com/other'] })),
    words: () => ['localhost:1/app:v1'],
    ...{ id: 'trust.scope', status: 'failure', says: /no applicable/, hints: /registryScopes/ },
  },
  {
    name: 'a registry that is not there',
    words: () => ['localhost:1/app:v1'],
    ...{ id: 'registry.reach', status: 'failure', says: /nothing listens/, hints: /network/ },
  },
];

describe('a machine with one thing wrong', { concurrency: 4 }, () => {
  for (const { name, spoil, words, environment, now, id, status, says, hints } of faults) {
    test(`${name}: ${id}`, async () => {
      const home = await openHome();
      await spoil?.(home);
      const told = await ask(home, words?.(home), now, environment?.(home));
      const line = told.of(id).find((check) => check.status === status);
      assert.ok(line, `${id} is ${JSON.stringify(told.of(id))}, and all that is wrong: ${told.wrong.join(', ')}`);
      assert.match(line.message, says);
      assert.match(line.hint ?? 'none', hints);
      for (const check of told.checks) if (check.status === 'failure') assert.match(check.hint ?? '', /.{10}/, check.id);
      for (const check of told.checks) assert.match(`${check.message} ${check.hint ?? ''}`, /^\P{Cc}+$/u);
    });
  }
});

test('what needs the key is not checked without it, and says for want of what', async () => {
  const home = await openHome();
  rmSync(home.key);
  const told = await ask(home);
  const skipped = told.checks.filter(({ status }) => status === 'unknown');
  assert.ok(skipped.length >= 8);
  for (const { id, message, facts } of skipped) {
    assert.match(message, /^not checked, as credentials\.source failed$/, id);
    assert.equal(facts['blockedBy'], 'credentials.source');
  }
});

test("another plugin's key is that plugin's own affair", async () => {
  const home = await openHome();
  changeKeys(home, { name: 'theirs', id: 'x', pluginName: 'other' });
  placePlugin(home, 'other', saying({ name: 'other', version: '1.2.3' }));
  const told = await ask(home, ['--key', 'theirs']);
  assert.deepEqual(told.wrong, ['key.config unknown']);
  assert.match(told.of('key.config')[0]?.message ?? '', /^x is a key of the plugin other 1\.2\.3, which answers/);
});

test('a PIN in a key id is not told', async () => {
  const told = await ask(await openHome(), ['--id', 'pkcs11:token=team;object=release?pin-value=hunter2&module-name=x']);
  assert.match(told.of('key.config')[0]?.message ?? '', /token=team;object=release\?pin-value=\[redacted\]/);
  assert.doesNotMatch(told.stdout + told.stderr, /hunter2/);
});

test('nothing is changed by looking', async () => {
  const home = await openHome();
  const list = () => execFileSync('find', [home.folder, '-printf', '%p %s %m %T@\\n']).toString().split('\n').sort().join('\n');
  const before = list();
  await ask(home, ['--debug'], during, { NOTATION_TS_KMS_LOG: join(home.folder, 'log') });
  assert.equal(list(), before);
});

test('the lines are one for each check, and the last counts them', async () => {
  const home = await openHome();
  rmSync(policyPath(home));
  const { code, stdout, stderr } = await runTool(['doctor'], { environment: home.environment, now: during });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const text = stdout.toString();
  assert.match(text, /^Installation\n {2}ok {7}program {9}notation-ts-kms /);
  assert.match(text, /\n {2}warning {2}policy {10}none: .*; notation-ts-kms policy init makes one\n/);
  assert.match(text, /\n\n\d+ ok, 1 warning, 0 failures\n$/);
  for (const line of text.split('\n')) assert.match(line, /^$|^[A-Z]\S*( \S+)*$|^ {2}(ok|warning|failed|-) +\S|^\d+ ok/);
});
