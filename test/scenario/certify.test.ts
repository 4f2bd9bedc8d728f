// Every built form brings a certificate to a key, and prints bytes as bytes.
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../support/key-files.ts';
import { makeBareKey, openssl, verifiesRequest } from '../support/openssl.ts';
import { start } from '../support/process.ts';
import { forms } from '../support/program.ts';

const subject = ['--subject', 'CN=release, O=Example, ST=WA, C=US'];

for (const { name, command } of forms) {
  describe(`${name} form`, () => {
    for (const spec of ['RSA-2048', 'EC-521']) {
      test(`${spec}: request, certificate, chain check, description`, async (t) => {
        const folder = temporaryFolder(t);
        makeBareKey(folder, 'release.key', spec);
        const run = async (...words: readonly string[]) => {
          const { code, stdout, stderr } = await start([...command, ...words], { cwd: folder, env: { HOME: folder } });
          assert.deepEqual([code, stderr], [0, ''], words.join(' '));
          return stdout;
        };
        await run('key', 'csr', '--id', './release.key', ...subject, '--out', 'release.csr');
        assert.ok(verifiesRequest(folder, 'release.csr'));
        assert.equal(
          await run('key', 'self-signed', '--id', './release.key', ...subject, '--out', 'release.crt').then((said) => said.slice(0, 27)),
          'wrote certificate (expires ',
        );
        openssl(folder, 'verify', '-x509_strict', '-check_ss_sig', '-CAfile', 'release.crt', 'release.crt');
        assert.equal(statSync(join(folder, 'release.crt')).mode & 0o777, 0o644);
        assert.match(
          await run('cert', 'chain', 'check', 'release.crt', '--id', './release.key'),
          /^notation accepts this chain: 1 certificate;/,
        );
        assert.match(await run('key', 'describe', '--id', './release.key'), new RegExp(`Key spec: +${spec}\\n`));
      });
    }

    test('DER on standard output is whole', async (t) => {
      const folder = temporaryFolder(t);
      makeBareKey(folder, 'release.key', 'RSA-4096');
      const piped = ['sh', '-c', '"$@" | openssl pkey -pubin -inform der -outform pem', 'sh', ...command];
      const { stdout } = await start([...piped, 'key', 'public', '--id', './release.key', '--format', 'der'], { cwd: folder });
      assert.equal(stdout, openssl(folder, 'pkey', '-in', 'release.key', '-pubout'));
    });

    test('keys that cannot sign are described, and certified by nobody', async (t) => {
      const folder = temporaryFolder(t);
      for (const spec of ['Ed25519', 'RSA-1024']) {
        makeBareKey(folder, 'release.key', spec);
        const described = await start([...command, 'key', 'describe', '--id', './release.key'], { cwd: folder });
        assert.match(
          described.stdout,
          new RegExp(`Key spec: +${spec}\\n[\\s\\S]*Notation: +cannot sign with it: expected a key of .*\\n$`),
        );
        const refused = await start([...command, 'key', 'csr', '--id', './release.key', ...subject, '--out', 'never.csr'], { cwd: folder });
        assert.deepEqual([refused.code, refused.stdout, existsSync(join(folder, 'never.csr'))], [1, '', false]);
        assert.match(refused.stderr, /^Error: [^\n]+\n$/);
      }
    });
  });
}
