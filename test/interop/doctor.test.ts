// The doctor on whole machines: the real notation with the plugin installed, real registries, an OCI layout, a real timestamp authority.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sections } from '../../src/cli/doctor/doctor.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { basicConstraints, extendedKeyUsage, keyUsage } from '../../src/x509/issue/issue.ts';
import { readTold, type Told } from '../support/doctor.ts';
import { account, type GuardedRegistry, startGuardedRegistry } from '../support/guarded-registry.ts';
import { makeImage } from '../support/layout.ts';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  pushArtifact,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { makeBareKey } from '../support/openssl.ts';
import { needs, openPeer } from '../support/peers.ts';
import { mintCa, mintChain } from '../support/pki.ts';
import { start } from '../support/process.ts';
import { type Registry, type RegistryKind, startRegistry } from '../support/registry.ts';
import { startTimestampServer, type Tsa } from '../support/tsa.ts';

/** What the reader of the README has done before. */
const preparations: readonly string[] = [
  'notation-ts-kms key self-signed --id ./release.key --subject "CN=release, O=Example, ST=WA, C=US" --out release.crt',
  'notation-ts-kms certificate add --type ca --store release release.crt',
  'notation-ts-kms policy init --name release --trust-store ca:release --trusted-identity "x509.subject: C=US, ST=WA, O=Example, CN=app"',
];

/** A line of a transcript: numbers, dates and digests may be others, and `…` stands for any rest. */
function likeLine(line: string): RegExp {
  const pattern = line
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/executable, \w+/, '\\w+, [\\w.]+')
    .replace(/\d\S*Z/g, '\\S+Z')
    .replace(/(?<=sha256:)[0-9a-f]{64}/g, '[0-9a-f]{64}')
    .replace(/\d+ (from|that|days|bytes)/g, '\\d+ $1')
    .replace(/(?<=\\w\+, \[\\w\.\]\+ )\S+/, '\\S+,')
    .replace(/PEM, \w+#?\d*/, 'PEM, [\\w#]+')
    .replace(/…$/, '.*');
  return new RegExp(`^${pattern}$`);
}

const peers = needs('notation', 'oras', 'ocireg', 'docker-registry', 'token-server', 'timestamp-server');

describe('the doctor', peers, () => {
  const folder = openFolder();
  let plugin: InstalledPlugin;
  let home: Notation;
  let chain: string;
  let key: string;
  before(async () => {
    plugin = await installPlugin(executableUnderTest(), folder);
    const certificates = (await mintChain()).map(({ certificate }) => certificate.der);
    [key, chain] = [join(folder, 'release.key'), join(folder, 'release.crt')];
    writeFileSync(key, (await mintChain())[0]?.key.privateKey.export({ format: 'pem', type: 'pkcs8' }) ?? '', { mode: 0o600 });
    writeFileSync(chain, toPem(certificates));
    writeFileSync(join(folder, 'root.crt'), toPem(certificates.slice(-1)));
    home = openNotation(folder, plugin, { roots: [join(folder, 'root.crt')] });
    mkdirSync(join(home.folder, 'bin'));
    symlinkSync(openPeer('notation'), join(home.folder, 'bin', 'notation'));
    const keys = [{ name: 'release', keyPath: key, certPath: chain }];
    writeFileSync(join(home.config, 'signingkeys.json'), JSON.stringify({ default: 'release', keys }), { mode: 0o600 });
  });
  after(() => removeFolder(folder));

  const environment = (more: NodeJS.ProcessEnv = {}) => ({
    PATH: `${join(home.folder, 'bin')}:/usr/bin:/bin`,
    HOME: home.folder,
    XDG_CONFIG_HOME: join(home.folder, 'config'),
    XDG_CACHE_HOME: join(home.folder, 'cache'),
    NOTATION_LIBEXEC: plugin.libexec,
    ...more,
  });
  const ask = async (words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Told> => {
    const { code, stdout, stderr } = await start([executableUnderTest(), 'doctor', '--output', 'json', ...words], {
      env: environment(more),
    });
    return readTold(code, stdout, stderr);
  };

  test('a healthy machine has no warning', async () => {
    const told = await ask([]);
    assert.deepEqual(told.wrong, []);
    assert.match(told.of('installation.notation')[0]?.message ?? '', /^v?1\.3\./);
    assert.equal(told.of('installation.plugin')[0]?.facts['version'], plugin.version);
  });

  for (const kind of ['ocireg', 'docker-registry'] as const satisfies readonly RegistryKind[]) {
    test(`${kind}: an artifact that notation signed, and nothing left behind`, async () => {
      const registry: Registry = await startRegistry(kind);
      try {
        const reference = await pushArtifact(`${registry.host}/app`, 'content', folder);
        const unsigned = await ask([reference]);
        assert.deepEqual(unsigned.wrong, []);
        assert.equal(unsigned.of('registry.referrers')[0]?.facts['signatures'], 0);
        const signed = await home.run(['sign', '--key', 'release', reference]);
        assert.equal(signed.code, 0, signed.stderr);
        const told = await ask([reference]);
        assert.deepEqual(told.wrong, []);
        const { facts } = told.of('registry.referrers')[0] ?? {};
        assert.deepEqual(facts, { signatures: 1, referrersApi: registry.hasReferrersApi });
        assert.match(told.of('registry.push')[0]?.message ?? '', /^allowed: /);
        assert.match(told.of('network.clock')[0]?.message ?? '', /to the minute/);
        const absent = await ask([reference.replace(/@.*/, ':absent')]);
        assert.deepEqual(absent.wrong, ['registry.artifact failure', 'registry.push unknown', 'registry.referrers unknown']);
      } finally {
        await registry.stop();
      }
    });
  }

  for (const guard of ['basic', 'bearer'] as const) {
    describe(`behind ${guard} authentication`, () => {
      let data: string;
      let registry: GuardedRegistry;
      let reference: string;
      before(async () => {
        data = mkdtempSync(join(folder, 'registry-'));
        registry = await startGuardedRegistry(guard, data);
        reference = `${registry.host}/u/app:v1`;
        await push(reference);
      });
      after(() => registry?.stop());
      const push = async (to: string) => {
        const login = ['--username', account.username, '--password', account.password, '--ca-file', registry.authority];
        const words = ['push', '--disable-path-validation', ...login, to, registry.authority];
        const { code, stderr } = await runProgram(openPeer('oras'), words, { HOME: folder });
        assert.equal(code, 0, stderr);
      };
      const trust = () => ({ SSL_CERT_FILE: registry.authority });
      /** Every file of the registry, with what is in it. */
      const files = () => execFileSync('sh', ['-c', `find '${join(data, 'data')}' -type f -exec sha256sum {} + | sort`]).toString();

      test('the right password, from the environment and from a file; neither is told, and nothing is left', async () => {
        const before = files();
        const fromVariables = await ask([reference], {
          ...trust(),
          NOTATION_USERNAME: account.username,
          NOTATION_PASSWORD: account.password,
        });
        assert.deepEqual(fromVariables.wrong, []);
        assert.match(fromVariables.of('registry.credential')[0]?.message ?? '', /^user u \(NOTATION_USERNAME/);
        const docker = mkdtempSync(join(folder, 'docker-'));
        const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
        writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
        const fromFile = await ask([reference], { ...trust(), DOCKER_CONFIG: docker });
        assert.deepEqual(fromFile.wrong, []);
        assert.equal(fromFile.of('registry.credential')[0]?.facts['place'], join(docker, 'config.json'));
        for (const told of [fromVariables, fromFile])
          for (const secret of [account.password, auth]) assert.ok(!(told.stdout + told.stderr).includes(secret));
        assert.equal(files(), before);
      });

      test('a wrong password', async () => {
        const told = await ask([reference], { ...trust(), NOTATION_USERNAME: account.username, NOTATION_PASSWORD: 'wrong-hunter2' });
        assert.equal(told.of('registry.credential')[0]?.status, 'failure');
        assert.match(told.of('registry.credential')[0]?.hint ?? '', /notation-ts-kms login/);
        assert.ok(!(told.stdout + told.stderr).includes('hunter2'));
      });

      test('no password', async () => {
        const told = await ask([reference], trust());
        const failures = told.wrong.filter((line) => line.endsWith('failure'));
        assert.deepEqual(failures, [guard === 'basic' ? 'registry.credential failure' : 'registry.artifact failure']);
      });

      test('an authority that is not trusted', async () => {
        const told = await ask([reference]);
        const [reach] = told.of('registry.reach');
        assert.equal(reach?.status, 'failure');
        assert.match(`${reach.message} ${reach.hint}`, /not trusted.*SSL_CERT_FILE/);
      });
    });
  }

  test('an OCI layout, unsigned and signed', async () => {
    const { layout, image } = makeImage(join(folder, 'layout'));
    const words = ['--oci-layout', '--scope', 'registry.example.com/app', `${layout}@${image.digest}`];
    const unsigned = await ask(words);
    assert.deepEqual(unsigned.wrong, []);
    assert.equal(unsigned.of('layout.signatures')[0]?.facts['signatures'], 0);
    const signed = await start([executableUnderTest(), 'sign', '--oci-layout', `${layout}@${image.digest}`], { env: environment() });
    assert.equal(signed.code, 0, signed.stderr);
    const told = await ask(words);
    assert.deepEqual(told.wrong, []);
    assert.equal(told.of('layout.signatures')[0]?.facts['signatures'], 1);
    assert.match(told.of('trust.scope')[0]?.message ?? '', /registry\.example\.com\/app/);
  });

  test('a timestamp authority, the wrong root for it, and one that is not there', async () => {
    const extensions = [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign']), extendedKeyUsage([extendedKeyUsageOid.timeStamping])];
    const tsa: Tsa = await startTimestampServer(await mintChain({ purpose: 'timestamping', changes: [{}, { extensions }] }));
    try {
      const root = join(folder, 'tsa-root.crt');
      const stranger = join(folder, 'stranger.crt');
      writeFileSync(root, toPem([tsa.root.der]));
      writeFileSync(stranger, toPem([(await mintCa('stranger', undefined)).certificate.der]));
      const words = (url: string, path: string) => [
        ...['--id', key, '--plugin-config', 'mode=envelope', '--plugin-config', `tsa_url=${url}`],
        ...['--plugin-config', `tsa_root_cert=${path}`],
      ];
      assert.deepEqual((await ask(words(tsa.url, root))).wrong, []);
      assert.deepEqual((await ask(words(tsa.url, stranger))).wrong, ['timestamp.authority failure']);
      assert.deepEqual((await ask(words('http://127.0.0.1:1/', root))).wrong, ['timestamp.authority failure']);
      assert.deepEqual((await ask(words(tsa.url, chain))).wrong, ['timestamp.root failure', 'timestamp.authority unknown']);
    } finally {
      await tsa.stop();
    }
  });

  test('the transcript of the README is what it says', async () => {
    const work = mkdtempSync(join(folder, 'alice-'));
    mkdirSync(join(work, 'bin'));
    symlinkSync(executableUnderTest(), join(work, 'bin', 'notation-ts-kms'));
    const run = (line: string) => start(['sh', '-c', line], { cwd: work, env: { HOME: work, PATH: `${join(work, 'bin')}:/usr/bin:/bin` } });
    makeBareKey(work, 'release.key', 'EC-256');
    makeImage(join(work, 'layout'));
    chmodSync(join(work, 'release.key'), 0o644);
    for (const line of preparations) assert.equal((await run(line)).code, 0, line);
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, command = '', transcript = ''] = /^\$ (notation-ts-kms doctor .*)\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const { code, stdout, stderr } = await run(command);
    assert.equal(code, 1);
    const said = (stdout + stderr).replaceAll(work, '/home/alice').split('\n');
    assert.ok(said.length > 30);
    for (const [index, line] of transcript.split('\n').entries()) assert.match(said[index] ?? '', likeLine(line), `line ${index + 1}`);
    assert.equal(said.length, transcript.split('\n').length);
  });

  test('the ids of the README are those that there are', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| (`[a-z]+\.[a-z-]+`(?:, `\.[a-z-]+`)*) \|/gm)].map(([, ids = '']) =>
      ids.replaceAll('`', '').split(', '),
    );
    const told = rows.flatMap(([first = '', ...more]) => [first, ...more.map((one) => `${first.split('.')[0]}${one}`)]);
    assert.deepEqual(told.toSorted(), sections.flatMap(({ checks }) => checks.map(({ id }) => id)).toSorted());
  });

  test('an older plugin of another version than this is told, and so is one that was cut off', async () => {
    const libexec = mkdtempSync(join(folder, 'libexec-'));
    cpSync(join(plugin.libexec, 'plugins'), join(libexec, 'plugins'), { recursive: true });
    const executable = join(libexec, 'plugins', plugin.name, `notation-${plugin.name}`);
    writeFileSync(executable, readFileSync(executable).subarray(0, 100_000));
    const told = await ask([], { NOTATION_LIBEXEC: libexec });
    assert.deepEqual(told.wrong, ['installation.plugin failure']);
    assert.match(told.of('installation.plugin')[0]?.hint ?? '', /notation-ts-kms install/);
  });
});
