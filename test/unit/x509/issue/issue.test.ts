import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { toPem } from '../../../../src/x509/bundle.ts';
import { parseCertificate } from '../../../../src/x509/certificate.ts';
import { checkCodeSigningChain } from '../../../../src/x509/chain/profile.ts';
import { encodeName, issueCertificate, randomSerial, selfSignedCodeSigningDraft } from '../../../../src/x509/issue/issue.ts';
import { printName } from '../../../../src/x509/name.ts';
import { keyOf, mintChain } from '../../../support/pki.ts';

const folder = mkdtempSync(join(tmpdir(), 'x509-issue-'));
after(() => rmSync(folder, { recursive: true }));

function save(name: string, ...certificates: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, toPem(certificates));
  return path;
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8' });
}

for (const { keySpec } of algorithms) {
  describe(keySpec, () => {
    test('the self-signed certificate is of the profile, and openssl verifies it strictly', async () => {
      const key = keyOf(keySpec);
      const now = new Date();
      const certificate = parseCertificate(
        await issueCertificate(selfSignedCodeSigningDraft('wabbit-networks.io', key.publicKeyInfo, now), key.sign),
      );
      assert.equal(checkCodeSigningChain([certificate], now).keySpec, keySpec);
      assert.equal(printName(certificate.subject), 'CN=wabbit-networks.io,O=Notary,L=Seattle,ST=WA,C=US');
      assert.equal(certificate.notAfter.getTime() - certificate.notBefore.getTime(), 24 * 3_600_000);
      assert.deepEqual([certificate.keyUsage?.critical, certificate.keyUsage?.bits], [true, ['digitalSignature']]);
      assert.deepEqual(certificate.extendedKeyUsage?.oids, ['1.3.6.1.5.5.7.3.3']);
      const path = save(`${keySpec}.pem`, certificate.der);
      assert.equal(openssl('verify', '-x509_strict', '-check_ss_sig', '-CAfile', path, path), `${path}: OK\n`);
    });

    test('a chain of such keys verifies strictly with openssl', async () => {
      const [leaf, ca, root] = (await mintChain({ spec: keySpec, caSpec: keySpec })).map(({ certificate }) => certificate.der);
      assert.ok(leaf && ca && root);
      const paths = [save('leaf.pem', leaf), save('ca.pem', ca), save('root.pem', root)] as const;
      const said = openssl(
        'verify',
        '-x509_strict',
        '-check_ss_sig',
        '-attime',
        '1780000000',
        '-CAfile',
        paths[2],
        '-untrusted',
        paths[1],
        paths[0],
      );
      assert.equal(said, `${paths[0]}: OK\n`);
    });
  });
}

test('a draft of another key is refused', () => {
  assert.throws(() => selfSignedCodeSigningDraft('x', Uint8Array.of(0x30, 0), new Date()), { code: 'CERTIFICATE' });
});

test('serial numbers are positive, of one length, and differ', () => {
  const serials = Array.from({ length: 100 }, randomSerial);
  assert.equal(new Set(serials).size, 100);
  for (const serial of serials) assert.match(serial, /^01[0-9a-f]{32}$/);
});

describe('encodeName', () => {
  test('refuses a type without identifier', () =>
    assert.throws(() => encodeName([['XX', 'y']]), { code: 'CERTIFICATE', message: /found "XX"/ }));
  test('refuses a country that is no PrintableString', () => assert.throws(() => encodeName([['C', 'é']]), { code: 'CERTIFICATE' }));
  test('keeps a name as it is', () => {
    const der = encodeName([['CN', 'x']]);
    assert.equal(encodeName({ der }), der);
  });
});
