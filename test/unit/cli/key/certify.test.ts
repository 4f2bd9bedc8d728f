// Requests and certificates for keys that have none, as openssl judges them.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toSubjectKey } from '../../../../src/cli/key/subject-key.ts';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { openKey } from '../../../../src/kms/index.ts';
import { parseCertificates } from '../../../../src/x509/bundle.ts';
import { identityOf } from '../../../../src/x509/name.ts';
import { contextOf } from '../../../support/backends.ts';
import { temporaryFolder, writeKeyFiles } from '../../../support/key-files.ts';
import { makeBareKey, openssl, verifiesRequest } from '../../../support/openssl.ts';
import { runTool } from '../../../support/tool.ts';

const subject = ['--subject', 'CN=release, O=Example, ST=WA, C=US'];

describe('keys without certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certify-'));
  before(() => {
    for (const { keySpec } of algorithms) makeBareKey(folder, `${keySpec}.key`, keySpec);
  });
  after(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const make = (command: string, name: string, ...more: readonly string[]) =>
    runTool(['key', command, '--id', at(name), ...subject, ...more]);

  for (const { keySpec } of algorithms) {
    test(`${keySpec}: openssl verifies the request, in PEM and in DER`, async () => {
      const made = await make('csr', `${keySpec}.key`);
      assert.deepEqual([made.code, made.stderr], [0, '']);
      writeFileSync(at('release.csr'), made.stdout);
      assert.ok(verifiesRequest(folder, 'release.csr'));
      assert.equal(
        openssl(folder, 'req', '-subject', '-noout', '-in', 'release.csr'),
        'subject=C = US, ST = WA, O = Example, CN = release\n',
      );
      writeFileSync(at('release.der'), (await make('csr', `${keySpec}.key`, '--format', 'der')).stdout);
      openssl(folder, 'req', '-inform', 'der', '-in', 'release.der', '-out', 'again.csr');
      assert.ok(verifiesRequest(folder, 'again.csr'));
    });

    test(`${keySpec}: openssl verifies the certificate strictly`, async () => {
      const made = await make('self-signed', `${keySpec}.key`);
      assert.deepEqual([made.code, made.stderr], [0, '']);
      writeFileSync(at('release.crt'), made.stdout);
      openssl(folder, 'verify', '-x509_strict', '-check_ss_sig', '-CAfile', 'release.crt', 'release.crt');
      const [certificate] = parseCertificates(made.stdout, 'made');
      assert.ok(certificate);
      assert.deepEqual([certificate.keyUsage?.critical, certificate.keyUsage?.bits], [true, ['digitalSignature']]);
      assert.deepEqual([certificate.extendedKeyUsage?.oids, certificate.basicConstraints], [['1.3.6.1.5.5.7.3.3'], undefined]);
      assert.equal(identityOf(certificate.subject).get('O'), 'Example');
      assert.equal(certificate.notAfter.getTime() - certificate.notBefore.getTime(), 365 * 86_400_000);
    });

    test(`${keySpec}: the public key is the one that openssl finds`, async () => {
      const printed = await runTool(['key', 'public', '--id', at(`${keySpec}.key`)]);
      assert.equal(printed.stdout.toString(), openssl(folder, 'pkey', '-pubout', '-in', `${keySpec}.key`));
      const der = await runTool(['key', 'public', '--id', at(`${keySpec}.key`), '--format', 'der']);
      writeFileSync(at('public.der'), der.stdout);
      assert.equal(openssl(folder, 'pkey', '-pubin', '-inform', 'der', '-in', 'public.der'), printed.stdout.toString());
    });
  }

  test('--days counts from now', async () => {
    const now = new Date('2026-03-01T12:00:00.500Z');
    const words = ['key', 'self-signed', '--id', at('EC-256.key'), ...subject, '--days', '30'];
    const [certificate] = parseCertificates((await runTool(words, { now })).stdout, 'made');
    assert.deepEqual(certificate?.notBefore, new Date('2026-03-01T12:00:00Z'));
    assert.deepEqual(certificate?.notAfter, new Date('2026-03-31T12:00:00Z'));
    for (const days of ['0', '-1', '1.5', '3651']) {
      const refused = await make('self-signed', 'EC-256.key', `--days=${days}`);
      assert.deepEqual([refused.code, refused.stdout.length], [1, 0]);
      assert.match(refused.stderr, /^Error: days: expected a whole number from 1 to 3650, found .*\n$/);
    }
    const { stderr } = await make('self-signed', 'EC-256.key', '--days=many');
    assert.match(stderr, /^Error: --days: expected a number, found "many"; /);
  });

  test('--out writes a file whole, and never over another without --force', async () => {
    for (const [command, more] of [
      ['csr', subject],
      ['self-signed', subject],
      ['public', []],
    ] as const) {
      const out = at(`made/${command}.out`);
      const words = ['key', command, '--id', at('EC-256.key'), ...more, '--out', out];
      const made = await runTool(words);
      assert.deepEqual([made.code, made.stderr], [0, '']);
      assert.match(made.stdout.toString(), /^wrote [a-z ]+(\(expires .*Z\))?: .*\n$/);
      assert.equal(statSync(out).mode & 0o777, 0o644);
      writeFileSync(out, 'mine');
      const refused = await runTool(words);
      assert.match(refused.stderr, /^Error: .*: expected no such file, found one; .*--force\n$/);
      assert.equal(readFileSync(out, 'utf8'), 'mine');
      assert.equal((await runTool([...words, '--force'])).code, 0);
      assert.match(readFileSync(out, 'utf8'), /^-----BEGIN /);
    }
    assert.deepEqual(readdirSync(at('made')).sort(), ['csr.out', 'public.out', 'self-signed.out'], 'no temporary file stays');
    mkdirSync(at('folder'));
    assert.match((await make('csr', 'EC-256.key', '--out', at('folder'), '--force')).stderr, /folder: expected no such file/);
    assert.match((await make('csr', 'EC-256.key', '--out', '')).stderr, /out: expected a path/);
  });

  test('nothing is written when the key cannot sign', async () => {
    makeBareKey(folder, 'Ed25519.key', 'Ed25519');
    makeBareKey(folder, 'RSA-1024.key', 'RSA-1024');
    for (const name of ['Ed25519', 'RSA-1024']) {
      const refused = await make('csr', `${name}.key`, '--out', at('never.csr'));
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, new RegExp(`^Error: .*expected a key of RSA-2048.* found ${name};.*\\n$`));
    }
    assert.equal(existsSync(at('never.csr')), false);
  });

  test('a subject that notation cannot match is refused before the key is asked', async () => {
    const words = ['key', 'csr', '--id', at('absent.key'), '--subject', 'CN=release'];
    assert.match((await runTool(words)).stderr, /^Error: .*expected C, ST and O at least, found no C.*C=US, ST=WA.*\n$/);
  });

  test('an encrypted key is opened as the plugin opens it', async () => {
    openssl(folder, 'pkcs8', '-topk8', '-in', 'EC-384.key', '-passout', 'pass:pw', '-out', 'locked.key');
    const refused = await make('csr', 'locked.key');
    assert.match(refused.stderr, /encrypted and no passphrase was given.*passphrase_env/);
    const words = ['key', 'csr', '--id', at('locked.key'), ...subject, '--plugin-config', 'passphrase_env=KEY_PASSPHRASE'];
    const made = await runTool(words, { environment: { KEY_PASSPHRASE: 'pw' } });
    writeFileSync(at('locked.csr'), made.stdout);
    assert.ok(verifiesRequest(folder, 'locked.csr'));
  });

  test('a key with a certificate of another kind of key beside it is refused, of the same kind is not', async (t) => {
    const other = temporaryFolder(t);
    await writeKeyFiles(other, 'k', 'EC-384');
    makeBareKey(other, 'k.key', 'EC-256');
    const words = ['key', 'csr', '--id', join(other, 'k.key'), ...subject];
    assert.match((await runTool(words)).stderr, /the key is EC-256, and the certificate that goes with it is for EC-384; move/);
    makeBareKey(other, 'k.key', 'EC-384');
    writeFileSync(join(other, 'k.csr'), (await runTool(words)).stdout);
    assert.ok(verifiesRequest(other, 'k.csr'));
  });

  test('a backend that signs wrongly is found out', async () => {
    const key = await openKey(at('EC-256.key'), contextOf());
    const message = Buffer.from('m');
    for (const sign of [async () => new Uint8Array(64), async () => new Uint8Array(), async () => key.sign(Buffer.from('n'))]) {
      await assert.rejects((await toSubjectKey({ ...key, sign })).sign(message), { code: 'KEY_MISMATCH' });
    }
    assert.equal((await (await toSubjectKey(key)).sign(message)).length, 64);
  });

  test('a link in the way is replaced, not followed', async () => {
    writeFileSync(at('target'), 'untouched');
    symlinkSync(at('target'), at('link.csr'));
    assert.equal((await make('csr', 'EC-256.key', '--out', at('link.csr'), '--force')).code, 0);
    assert.equal(readFileSync(at('target'), 'utf8'), 'untouched');
  });
});

describe('options of keys', () => {
  const refused: readonly (readonly [title: string, words: readonly string[], message: RegExp])[] = [
    ['no key id', [], /expected --id, found none/],
    ['an empty key id', ['--id', ''], /id: expected a key id, found an empty text/],
    ['two key ids', ['--id', 'a', '--id', 'b'], /id: expected it once/],
    ['a key id without its text', ['--id'], /--id: expected a value, found none/],
    [
      'an option without =',
      ['--id', 'k', '--plugin-config', 'hunter2'],
      /could not parse flag plugin-config: key-value pair requires "=" as separator/,
    ],
    [
      'an option without a name',
      ['--id', 'k', '--plugin-config', '=hunter2'],
      /could not parse flag plugin-config: key-value pair requires "=" as separator/,
    ],
    [
      'an empty option',
      ['--id', 'k', '--plugin-config', 'cert_chain='],
      /could not parse flag plugin-config: key-value pair requires "=" as separator/,
    ],
    ['an unknown option', ['--id', 'k', '--plugin-config', 'cert_chian=x'], /unknown option "cert_chian".*cert_chain/],
    ['an option of another backend', ['--id', './k', '--plugin-config', 'aws_region=x'], /aws_region: it is for AWS KMS/],
    ['a bad timeout', ['--id', 'k', '--plugin-config', 'timeout=never'], /timeout: expected a duration/],
    ['an unknown format', ['--id', 'k', '--format', 'jks'], /--format: expected pem or der, found "jks"/],
    ['an unknown scheme', ['--id', 'k8s://k'], /no backend knows the scheme k8s:/],
    ['an absent key', ['--id', './absent.key'], /absent\.key cannot be read: it does not exist/],
    ['an unknown word', ['--id', 'k', 'more'], /unexpected argument "more"/],
  ];
  for (const [title, words, message] of refused) {
    test(`${title} is one line`, async () => {
      const { code, stdout, stderr } = await runTool(['key', 'public', ...words]);
      assert.deepEqual([code, stdout.length], [1, 0]);
      assert.match(stderr, /^Error: [^\n]+\n$/);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /hunter2|is a bug/);
    });
  }

  test('an option holds everything after its first =, and the last of one name wins', async (t) => {
    const folder = temporaryFolder(t);
    makeBareKey(folder, 'k.key', 'EC-256');
    const log = join(folder, 'a=b, c.log');
    const config = (value: string) => ['--plugin-config', `log_file=${value}`];
    const words = ['key', 'public', '--id', join(folder, 'k.key'), ...config(join(folder, 'other.log')), ...config(log)];
    assert.equal((await runTool(words)).code, 0);
    assert.deepEqual(readdirSync(folder).sort(), ['a=b, c.log', 'k.key']);
  });

  test('the log is where log_file or NOTATION_TS_KMS_LOG says, failures in it', async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'tool.log');
    makeBareKey(folder, 'k.key', 'EC-256');
    const environment = { NOTATION_TS_KMS_LOG: path };
    await runTool(['key', 'csr', '--id', join(folder, 'k.key'), ...subject], { environment });
    await runTool(['key', 'describe', '--id', join(folder, 'absent.key')], { environment });
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ level, command, keyId, code }) => [level, command, keyId, code]),
      [
        ['info', 'key csr', join(folder, 'k.key'), undefined],
        ['error', 'key describe', join(folder, 'absent.key'), 'FILE'],
      ],
    );
  });
});
