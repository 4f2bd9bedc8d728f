import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { toPemBlock } from '../../../../src/x509/bundle.ts';
import { codeSigningUsages } from '../../../../src/x509/issue/issue.ts';
import { makeRequest } from '../../../../src/x509/issue/request.ts';
import { parseSubject } from '../../../../src/x509/issue/subject.ts';
import { keyOf } from '../../../support/pki.ts';

const folder = mkdtempSync(join(tmpdir(), 'x509-request-'));
after(() => rmSync(folder, { recursive: true }));
const subject = parseSubject('CN=release, O=Example, ST=WA, C=US');

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
}

/** Before 3.4 openssl ends well whatever it finds: only its words tell. */
function verification(path: string): string {
  return spawnSync('openssl', ['req', '-verify', '-noout', '-in', path], { encoding: 'utf8' }).stderr;
}

function save(name: string, der: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, toPemBlock('CERTIFICATE REQUEST', der));
  return path;
}

for (const { keySpec, kind } of algorithms) {
  test(`openssl verifies a ${keySpec} request and reads what it asks for`, async () => {
    const { publicKeyInfo, algorithm, sign } = keyOf(keySpec);
    const path = save(`${keySpec}.csr`, await makeRequest({ subject, publicKeyInfo, algorithm, extensions: codeSigningUsages() }, sign));
    assert.match(verification(path), /verify OK/);
    assert.equal(openssl('req', '-subject', '-noout', '-in', path), 'subject=C = US, ST = WA, O = Example, CN = release\n');
    const text = openssl('req', '-text', '-noout', '-in', path);
    assert.match(text, /Version: 1 \(0x0\)/);
    assert.match(
      text,
      /Requested Extensions:\s+X509v3 Key Usage: critical\s+Digital Signature\s+X509v3 Extended Key Usage:\s+Code Signing\n/,
    );
    assert.match(text, kind === 'RSA' ? /Signature Algorithm: rsassaPss[\s\S]*Salt Length: 0x(20|30|40)/ : /ecdsa-with-SHA(256|384|512)/);
    assert.equal(openssl('req', '-pubkey', '-noout', '-in', path), toPemBlock('PUBLIC KEY', publicKeyInfo));
  });
}

test('a request whose signature is of another message does not verify', async () => {
  const { publicKeyInfo, algorithm, sign } = keyOf('EC-256');
  const draft = { subject, publicKeyInfo, algorithm, extensions: codeSigningUsages() };
  const path = save('wrong.csr', await makeRequest(draft, (info) => sign(info.subarray(1))));
  assert.match(verification(path), /verify failure/);
});

test('a request that asks for no extensions has an empty set of attributes', async () => {
  const { publicKeyInfo, algorithm, sign } = keyOf('EC-384');
  const path = save('plain.csr', await makeRequest({ subject, publicKeyInfo, algorithm, extensions: [] }, sign));
  assert.match(verification(path), /verify OK/);
  assert.match(openssl('req', '-text', '-noout', '-in', path), /Attributes:\s+\(none\)/);
});
