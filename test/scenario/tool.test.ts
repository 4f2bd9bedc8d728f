// The tool as a person uses it: what it writes, where, and what it says.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { version } from '../../src/core/version.ts';
import { temporaryFolder } from '../support/key-files.ts';
import { pluginScript } from '../support/plugin-archives.ts';
import { answerOf, type Ended, start } from '../support/process.ts';
import { executable, forms } from '../support/program.ts';

const specs = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'EC-256', 'EC-384', 'EC-521'];

interface Home {
  readonly config: string;
  readonly plugin: string;
  run(words: readonly string[], command?: readonly string[]): Promise<Ended>;
}

function openHome(t: TestContext): Home {
  const folder = temporaryFolder(t);
  const config = join(folder, 'notation');
  const plugin = join(config, 'plugins', 'ts-kms', 'notation-ts-kms');
  const env = { XDG_CONFIG_HOME: folder };
  return { config, plugin, run: (words, command = [executable]) => start([...command, ...words], { env }) };
}

/** Exit code 1, nothing on stdout, and one line `Error: …` on stderr. */
function assertRefused(ended: Ended, message: RegExp): void {
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /^Error: [^\n]+\n$/);
  assert.match(ended.stderr, message);
}

/** A plugin of the same name that says it is of another version. */
function plantPlugin(path: string, plantedVersion: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, pluginScript('ts-kms', plantedVersion), { mode: 0o755 });
}

test('an error on a terminal is red, and one line', async (t) => {
  const folder = temporaryFolder(t);
  const red = '\u001b[31mError:\u001b[39m';
  for (const [words, environment, beginning] of [
    ['list nothing', {}, `${red} "nothing": invalid reference: `],
    ['list nothing', { NO_COLOR: '1' }, 'Error: "nothing": invalid reference: '],
    ['key describe', {}, `${red} expected --id, found none; `],
  ] as const) {
    const env = { XDG_CONFIG_HOME: folder, TERM: 'xterm', ...environment };
    const { code, stdout } = await start(['script', '-qec', `'${executable}' ${words}`, '/dev/null'], { env });
    assert.equal(code, 1, stdout);
    assert.ok(stdout.startsWith(beginning), stdout);
    assert.equal(stdout.indexOf('\r\n'), stdout.length - 2, stdout);
  }
});

test('help and version go to stdout', async (t) => {
  const { run } = openHome(t);
  for (const words of [
    [],
    ['--help'],
    ['-h'],
    ['install', '--help'],
    ['--version'],
    ['help'],
    ['help', 'key', 'add'],
    ['key'],
    ['cert', 'chain'],
    ['key', '--help'],
    ['key', 'csr', '-h'],
    ['cert', 'chain', 'check', '--help'],
  ]) {
    const { code, stdout, stderr } = await run(words);
    assert.deepEqual([code, stderr], [0, ''], words.join(' '));
    assert.match(stdout, /notation-ts-kms/);
  }
  const { stdout } = await run(['version']);
  assert.match(stdout, new RegExp(`Version: +${version.replaceAll('.', '\\.')}\\nGit commit: +\\w+\\n`));
});

test('wrong words are one line with a hint', async (t) => {
  const { run } = openHome(t);
  for (const words of [['nonsense'], ['key', 'nonsense'], ['install', '--nonsense'], ['cert', 'generate-test'], ['--nonsense']]) {
    assertRefused(await run(words), /--help/);
  }
});

for (const { name, command } of forms) {
  describe(`install, ${name} form`, () => {
    test('puts a regular file that runs, again and again, and takes it away', async (t) => {
      const home = openHome(t);
      for (let round = 0; round < 2; round += 1) {
        const { code, stdout, stderr } = await home.run(['install'], command);
        assert.deepEqual([code, stderr], [0, '']);
        assert.match(stdout, new RegExp(`^Successfully installed plugin ts-kms, version ${version}\\n`));
      }
      assert.ok(lstatSync(home.plugin).isFile());
      assert.equal(statSync(home.plugin).mode & 0o777, 0o755);
      assert.equal(answerOf(await start([home.plugin, 'get-plugin-metadata'], { input: '{}' }))['version'], version);
      const expected = name === 'npm' ? /^(modules-.*|notation-ts-kms)$/ : /^notation-ts-kms$/;
      for (const file of readdirSync(dirname(home.plugin))) assert.match(file, expected);
      assert.equal(readdirSync(dirname(home.plugin)).length, name === 'npm' ? 2 : 1);
      assert.match((await home.run(['uninstall'], command)).stdout, /Successfully uninstalled plugin ts-kms/);
      assert.equal(existsSync(dirname(home.plugin)), false);
      assertRefused(await home.run(['uninstall'], command), /plugin ts-kms is not installed/);
    });
  });
}

test('install goes where NOTATION_LIBEXEC says', async (t) => {
  const folder = temporaryFolder(t);
  await start([executable, 'install'], { env: { NOTATION_LIBEXEC: folder, HOME: '/nonexistent' } });
  assert.ok(existsSync(join(folder, 'plugins', 'ts-kms', 'notation-ts-kms')));
});

test('install never goes back to an older version, unless forced', async (t) => {
  const home = openHome(t);
  plantPlugin(home.plugin, '99.0.0');
  assertRefused(await home.run(['install']), new RegExp(`version ${version} is lower than the installed version 99\\.0\\.0.*--force`));
  assert.match(readFileSync(home.plugin, 'utf8'), /99\.0\.0/);
  assert.match((await home.run(['install', '--force'])).stdout, new RegExp(`updated plugin ts-kms from version 99\\.0\\.0 to ${version}`));
});

test('install takes the place of an older or broken plugin, and of a link without touching its target', async (t) => {
  const home = openHome(t);
  plantPlugin(home.plugin, '0.0.1');
  assert.match((await home.run(['install'])).stdout, /from version 0\.0\.1 to/);
  writeFileSync(home.plugin, 'broken');
  chmodSync(home.plugin, 0o644);
  assert.equal((await home.run(['install'])).code, 0);
  const target = join(home.config, 'target');
  writeFileSync(target, 'untouched');
  assert.equal((await home.run(['uninstall'])).code, 0);
  mkdirSync(dirname(home.plugin));
  symlinkSync(target, home.plugin);
  assert.equal((await home.run(['install'])).code, 0);
  assert.ok(lstatSync(home.plugin).isFile());
  assert.equal(readFileSync(target, 'utf8'), 'untouched');
});

test('install refuses a plugin folder that is a link', async (t) => {
  const home = openHome(t);
  const elsewhere = join(home.config, 'elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  mkdirSync(dirname(dirname(home.plugin)));
  symlinkSync(elsewhere, dirname(home.plugin));
  assertRefused(await home.run(['install']), /expected a folder, found a symbolic link.*remove it/);
  assert.deepEqual(readdirSync(elsewhere), []);
});

test('install where nothing can be written is an error', async () => {
  assertRefused(await start([executable, 'install'], { env: { XDG_CONFIG_HOME: '/proc' } }), /cannot be written/);
});

for (const spec of specs) {
  test(`generate-test makes a ${spec} key that signs at once`, async (t) => {
    const { config, run } = openHome(t);
    const { code, stdout, stderr } = await run(['cert', 'generate-test', '--key-spec', spec, '--default', 'wabbit-networks.io']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /added to the key list\nwabbit-networks\.io: mark as default signing key\n$/);
    const [key, crt] = ['key', 'crt'].map((extension) => join(config, 'localkeys', `wabbit-networks.io.${extension}`));
    assert.deepEqual([statSync(key ?? '').mode & 0o777, statSync(crt ?? '').mode & 0o777], [0o600, 0o644]);
    const list = JSON.parse(readFileSync(join(config, 'signingkeys.json'), 'utf8'));
    assert.deepEqual(list, { default: 'wabbit-networks.io', keys: [{ name: 'wabbit-networks.io', keyPath: key, certPath: crt }] });
    const trusted = readFileSync(join(config, 'truststore', 'x509', 'ca', 'wabbit-networks.io', 'wabbit-networks.io.crt'));
    assert.deepEqual(trusted, readFileSync(crt ?? ''));
    const certificate = new X509Certificate(trusted);
    assert.equal(certificate.subject, 'C=US\nST=WA\nL=Seattle\nO=Notary\nCN=wabbit-networks.io');
    assert.equal(certificate.validToDate.getTime() - certificate.validFromDate.getTime(), 24 * 3_600_000);
    const request = {
      contractVersion: '1.0',
      keyId: 'wabbit-networks.io',
      keySpec: spec,
      hashAlgorithm: hashOf(spec),
      payload: 'aGVsbG8=',
    };
    const signing = await start([executable, 'generate-signature'], {
      input: JSON.stringify(request),
      env: { XDG_CONFIG_HOME: dirname(config) },
    });
    assert.equal((answerOf(signing)['certificateChain'] as readonly string[]).length, 1);
  });
}

function hashOf(spec: string): string {
  const found = {
    'RSA-2048': 'SHA-256',
    'RSA-3072': 'SHA-384',
    'RSA-4096': 'SHA-512',
    'EC-256': 'SHA-256',
    'EC-384': 'SHA-384',
    'EC-521': 'SHA-512',
  };
  return found[spec as keyof typeof found];
}

test('generate-test overwrites nothing and refuses what notation refuses', async (t) => {
  const { config, run } = openHome(t);
  assert.equal((await run(['key', 'generate-test', 'k'])).code, 0);
  assert.equal(existsSync(join(config, 'truststore')), false, 'key generate-test trusts nothing');
  const before = readFileSync(join(config, 'localkeys', 'k.key'), 'utf8');
  assertRefused(await run(['key', 'generate-test', 'k']), /"k" already exists/);
  writeFileSync(join(config, 'localkeys', 'other.crt'), '');
  assertRefused(await run(['cert', 'generate-test', 'other']), /other\.crt: expected no such file/);
  assert.equal(existsSync(join(config, 'localkeys', 'other.key')), false, 'nothing half-written');
  for (const name of ['a/b', '..', 'a b', 'ä'])
    assertRefused(await run(['key', 'generate-test', name]), /name needs to follow \[a-zA-Z0-9_\.-\]\+ format/);
  for (const words of [
    ['--key-spec', 'EC-224'],
    ['--bits', '1024'],
  ]) {
    assertRefused(await run(['cert', 'generate-test', 'x', ...words]), /expected one of RSA-2048/);
  }
  assertRefused(await run(['cert', 'generate-test', 'x', '--bits', 'many']), /--bits: expected a number, found "many"/);
  assert.equal(readFileSync(join(config, 'localkeys', 'k.key'), 'utf8'), before);
});

test('generate-test that fails half-way leaves nothing', async (t) => {
  const { config, run } = openHome(t);
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'truststore'), 'in the way');
  assertRefused(await run(['cert', 'generate-test', 'k']), /truststore.*cannot be written: something else is in its place/);
  assert.deepEqual(readdirSync(join(config, 'localkeys')), []);
  assert.equal(existsSync(join(config, 'signingkeys.json')), false);
});
