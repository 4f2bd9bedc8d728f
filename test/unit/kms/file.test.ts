import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { NotationError } from '../../../src/core/error.ts';
import { describeKey, openKey } from '../../../src/kms/index.ts';
import { contextOf } from '../../support/backends.ts';
import { temporaryFolder, writeKeyFiles } from '../../support/key-files.ts';

type Config = Readonly<Record<string, string>>;

async function specOf(keyId: string, config: Config = {}, environment: Config = {}): Promise<string> {
  return (await openKey(keyId, contextOf(config, environment))).algorithm.keySpec;
}

function refusal(code: string, message: RegExp) {
  return (error: unknown) => error instanceof NotationError && error.code === code && message.test(`${error.message}; ${error.hint}`);
}

test('one key has many key ids', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeKeyFiles(folder, 'ключ 1%');
  for (const keyId of [path, pathToFileURL(path).href, pathToFileURL(path).href.replace('file:', 'FILE:')])
    assert.equal(await specOf(keyId), 'EC-256');
});

test('a bare name is a key of signingkeys.json first, then a file of the working directory', async (t) => {
  const folder = temporaryFolder(t);
  const keyPath = await writeKeyFiles(folder, 'named', 'EC-384');
  const namedKeys = async (name: string) =>
    ['named', 'team:named'].includes(name) ? { keyPath, certPath: join(folder, 'named.crt') } : undefined;
  const key = await openKey('named', { ...contextOf(), namedKeys });
  assert.equal(key.algorithm.keySpec, 'EC-384');
  assert.equal((await openKey('team:named', { ...contextOf(), namedKeys })).algorithm.keySpec, 'EC-384');
  await assert.rejects(openKey('other', { ...contextOf(), namedKeys }), refusal('KEY_NOT_FOUND', /no key named "other".*notation key ls/));
});

test('key ids that name no local file are refused with what to write', async () => {
  await assert.rejects(specOf('file://host/k.pem'), refusal('KEY_NOT_FOUND', /file:\/\/\/absolute\/path/));
  await assert.rejects(specOf('k8s://namespace/x'), refusal('KEY_NOT_FOUND', /no backend knows the scheme k8s:.*file:/));
});

test('openssl writes keys in every form, and each is the same key', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeKeyFiles(folder, 'k', 'RSA-2048');
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  openssl('rsa', '-in', 'k.key', '-traditional', '-out', 'pkcs1.key');
  openssl('rsa', '-in', 'k.key', '-traditional', '-aes256', '-passout', 'pass:pw', '-out', 'pkcs1enc.key');
  openssl('pkcs8', '-topk8', '-in', 'k.key', '-passout', 'pass:pw', '-out', 'enc.key');
  openssl('pkcs8', '-topk8', '-in', 'k.key', '-passout', 'pass:pw', '-v1', 'PBE-SHA1-3DES', '-out', 'enc3des.key');
  openssl('pkcs8', '-topk8', '-in', 'k.key', '-passout', 'pass:pw', '-outform', 'DER', '-out', 'enc.der');
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'k.key', '-outform', 'DER', '-out', 'pkcs8.der');
  openssl('rsa', '-in', 'k.key', '-traditional', '-outform', 'DER', '-out', 'pkcs1.der');
  openssl('pkcs12', '-export', '-inkey', 'k.key', '-in', 'k.crt', '-passout', 'pass:pw', '-out', 'aes.p12');
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'k.key',
    '-in',
    'k.crt',
    '-passout',
    'pass:pw',
    '-legacy',
    '-keypbe',
    'PBE-SHA1-3DES',
    '-certpbe',
    'PBE-SHA1-3DES',
    '-macalg',
    'sha1',
    '-out',
    '3des.p12',
  );
  writeFileSync(join(folder, 'pw.txt'), 'pw\n');
  const whole = await openKey(path, contextOf());
  for (const name of ['pkcs1.key', 'pkcs1enc.key', 'enc.key', 'enc3des.key', 'enc.der', 'pkcs8.der', 'pkcs1.der', 'aes.p12', '3des.p12']) {
    const chain = name.endsWith('.p12') ? {} : { cert_chain: join(folder, 'k.crt') };
    const opened = await openKey(join(folder, name), contextOf({ ...chain, passphrase_file: join(folder, 'pw.txt') }));
    const ders = async (key: typeof opened) => (await key.certificates()).map(({ der }) => Buffer.from(der).toString('hex'));
    assert.deepEqual(await ders(opened), await ders(whole), name);
    assert.equal((await opened.sign(Buffer.from('m'))).length, 256, name);
    if (!/enc|p12/.test(name)) continue;
    const wrong = openKey(join(folder, name), contextOf({ ...chain, passphrase_env: 'P' }, { P: 'wrong' }));
    await assert.rejects(
      wrong.then((key) => key.sign(Buffer.from('m'))),
      refusal('CONFIG', /cannot be decrypted.*passphrase/),
      name,
    );
    const none = openKey(join(folder, name), contextOf(chain));
    await assert.rejects(
      none.then((key) => key.sign(Buffer.from('m'))),
      refusal('CONFIG', /no passphrase was given.*passphrase_env/),
      name,
    );
  }
});

test('a passphrase by the name of a variable that is not set is told without what was written', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeKeyFiles(folder, 'k');
  execFileSync('openssl', ['pkcs8', '-topk8', '-in', path, '-passout', 'pass:pw', '-out', join(folder, 'enc.key')]);
  const open = async (variable: string) =>
    (await openKey(join(folder, 'enc.key'), contextOf({ passphrase_env: variable, cert_chain: join(folder, 'k.crt') }))).sign(
      Buffer.from('m'),
    );
  await assert.rejects(open('KEY_PASSPHRASE'), refusal('CONFIG', /variable KEY_PASSPHRASE is not set/));
  await assert.rejects(open('my secret!'), (error) => error instanceof Error && !error.message.includes('my secret!'));
});

test('describe-key leaves an encrypted key shut where the leaf says what it is', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeKeyFiles(folder, 'k', 'EC-521');
  execFileSync('openssl', ['pkcs8', '-topk8', '-in', path, '-passout', 'pass:pw', '-out', `${path}.enc`]);
  renameSync(`${path}.enc`, path);
  assert.equal(await specOf(path), 'EC-521');
});

test('certificates are found beside the key, in its own PEM, and by cert_chain and ca_certs', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeKeyFiles(folder, 'k');
  const pem = readFileSync(join(folder, 'k.crt'), 'utf8');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  const count = async (keyId: string, config: Config = {}) => (await (await openKey(keyId, contextOf(config))).certificates()).length;
  assert.equal(await count(path), 3);
  writeFileSync(join(folder, 'both.pem'), blocks.toReversed().join('') + readFileSync(path, 'utf8'));
  assert.equal(await count(join(folder, 'both.pem')), 3);
  writeFileSync(join(folder, 'leaf.key'), readFileSync(path));
  writeFileSync(join(folder, 'leaf.pem'), blocks[0] ?? '');
  writeFileSync(join(folder, 'cas.pem'), blocks.slice(1).join(''));
  await assert.rejects(count(join(folder, 'leaf.key')), refusal('CERTIFICATE', /./));
  assert.equal(await count(join(folder, 'leaf.key'), { ca_certs: join(folder, 'cas.pem') }), 3);
  assert.equal(await count(join(folder, 'leaf.key'), { cert_chain: join(folder, 'k.crt') }), 3);
});

test('a key file that others may read is a warning in the log, not a failure', async (t) => {
  const path = await writeKeyFiles(temporaryFolder(t), 'k');
  const said: string[] = [];
  const open = () =>
    openKey(
      path,
      contextOf({}, {}, (level, message) => void said.push(`${level}: ${message}`)),
    );
  await open();
  assert.deepEqual(said, []);
  chmodSync(path, 0o644);
  await open();
  assert.match(said.join(), /warn: the key file is readable by others/);
});

describe('what a key file says of itself', () => {
  const made = (folder: string, name: string, ...words: readonly string[]) => {
    execFileSync('openssl', ['genpkey', ...words, '-out', join(folder, name)], { stdio: 'pipe' });
    return join(folder, name);
  };
  const describeAt = (path: string, config: Config = {}, environment: Config = {}) => describeKey(path, contextOf(config, environment));

  const cases: readonly (readonly [spec: string, algorithms: readonly string[], words: readonly string[]])[] = [
    ['RSA-2048', ['RSASSA-PSS-SHA-256'], ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['EC-521', ['ECDSA-SHA-512'], ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521']],
    ['RSA-1024', [], ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024']],
    ['Ed25519', [], ['-algorithm', 'ED25519']],
    ['P-224', [], ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-224']],
  ];
  for (const [spec, algorithms, words] of cases) {
    test(spec, async (t) => {
      const path = made(temporaryFolder(t), 'k.key', ...words);
      chmodSync(path, 0o640);
      assert.deepEqual(await describeAt(path), {
        id: path,
        spec,
        state: 'enabled',
        algorithms,
        facts: { format: 'PEM, PKCS#8', encrypted: 'no', 'file mode': '0640, readable by others: chmod 600 it' },
      });
    });
  }

  test('an encrypted key is locked without its passphrase, and its leaf says what it is', async (t) => {
    const folder = temporaryFolder(t);
    const path = await writeKeyFiles(folder, 'k', 'EC-384');
    execFileSync('openssl', ['pkcs8', '-topk8', '-in', path, '-passout', 'pass:pw', '-out', `${path}.enc`], { stdio: 'pipe' });
    chmodSync(`${path}.enc`, 0o600);
    renameSync(`${path}.enc`, path);
    const locked = await describeAt(path);
    assert.deepEqual([locked.spec, locked.algorithms], ['EC-384', ['ECDSA-SHA-384']]);
    assert.match(locked.state, /^locked: no passphrase was given/);
    assert.deepEqual(locked.facts, { format: 'PEM, PKCS#8', encrypted: 'yes', 'file mode': '0600' });
    const open = await describeAt(path, { passphrase_env: 'P' }, { P: 'pw' });
    assert.deepEqual([open.spec, open.state], ['EC-384', 'enabled']);
    await assert.rejects(describeAt(path, { passphrase_env: 'P' }, { P: 'wrong' }), refusal('CONFIG', /cannot be decrypted/));
    renameSync(join(folder, 'k.crt'), join(folder, 'away'));
    assert.equal((await describeAt(path)).spec, 'unknown');
  });

  test('forms', async (t) => {
    const folder = temporaryFolder(t);
    await writeKeyFiles(folder, 'k', 'RSA-2048');
    const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
    openssl('rsa', '-in', 'k.key', '-traditional', '-out', 'pkcs1.key');
    openssl('rsa', '-in', 'k.key', '-traditional', '-outform', 'DER', '-out', 'pkcs1.der');
    openssl('pkcs8', '-topk8', '-in', 'k.key', '-passout', 'pass:pw', '-outform', 'DER', '-out', 'enc.der');
    openssl('pkcs12', '-export', '-inkey', 'k.key', '-in', 'k.crt', '-passout', 'pass:pw', '-out', 'k.p12');
    openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', 'sec1.key');
    const found = async (name: string) => (await describeAt(join(folder, name), { passphrase_env: 'P' }, { P: 'pw' })).facts;
    for (const [name, format, encrypted] of [
      ['pkcs1.key', 'PEM, PKCS#1', 'no'],
      ['pkcs1.der', 'DER, PKCS#1', 'no'],
      ['enc.der', 'DER, PKCS#8', 'yes'],
      ['sec1.key', 'PEM, SEC1', 'no'],
      ['k.p12', 'PKCS#12', 'yes'],
    ] as const) {
      const facts = await found(name);
      assert.deepEqual([facts['format'], facts['encrypted']], [format, encrypted], name);
    }
  });

  test('what holds no key', async (t) => {
    const path = join(temporaryFolder(t), 'k.key');
    writeFileSync(path, 'nothing');
    await assert.rejects(describeAt(path), refusal('KEY_UNUSABLE', /expected a private key, found none/));
    await assert.rejects(describeAt(`${path}.absent`), refusal('FILE', /does not exist/));
  });
});
