// A key of AWS KMS, which has no certificate anywhere, gets one from the tool. The service is MiniStack.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { algorithms } from '../../src/core/algorithm.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { awsSpecs, createKey, kmsClient, type Ministack, nameKey, publicKeyInfoOf, startMinistack } from '../support/ministack.ts';
import { executableUnderTest, type Result, runProgram } from '../support/notation.ts';
import { openssl, verifiesRequest } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { userEnvironment } from './aws-environment.ts';
import { assertSigns, type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'ministack');
const subject = ['--subject', 'C=US, ST=WA, O=notation-ts-kms, CN=release'];

describe('certificates for keys of AWS KMS', () => {
  let session: CloudSession;
  let stack: Ministack;
  let kms: KMSClient;
  let environment: Readonly<Record<string, string>>;
  const at = (name: string) => join(session.folder, name);
  const run = (words: readonly string[]): Promise<Result> =>
    runProgram(executableUnderTest(), words, { ...environment, HOME: session.folder });
  const tool = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(words);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  };

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, stack] = await Promise.all([openCloudSession(), startMinistack({ auth: true })]);
    kms = kmsClient(stack);
    environment = userEnvironment(stack);
  });
  after(() => Promise.all([session?.close(), stack?.stop()]));

  for (const { keySpec, signing } of algorithms) {
    test(`${keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const key = await createKey(kms, awsSpecs[keySpec]);
      await tool('key', 'csr', '--id', key.arn, ...subject, '--out', at(`${keySpec}.csr`));
      assert.ok(verifiesRequest(session.folder, `${keySpec}.csr`));
      await tool('key', 'self-signed', '--id', key.arn, ...subject, '--out', at(`${keySpec}.self`));
      openssl(session.folder, 'verify', '-x509_strict', '-check_ss_sig', '-CAfile', `${keySpec}.self`, `${keySpec}.self`);
      assert.match(await tool('cert', 'chain', 'check', at(`${keySpec}.self`), '--id', key.arn), new RegExp(`signs with ${signing}\\n`));
      const [leaf] = parseCertificates(readFileSync(at(`${keySpec}.self`)), keySpec);
      assert.ok(leaf);
      assert.deepEqual(Buffer.from(leaf.publicKeyInfo), Buffer.from(await publicKeyInfoOf(kms, key)));
      const added = await session.notation.run(['cert', 'add', '--type', 'ca', '--store', 'interop', at(`${keySpec}.self`)]);
      assert.equal(added.code, 0, added.stderr);
      await assertSigns(session, { id: key.arn, config: { cert_chain: at(`${keySpec}.self`) }, environment }, leaf.der);
    });
  }

  test('describe and public say what the service says, of keys that cannot sign too', peers, async () => {
    const key = await createKey(kms, 'RSA_3072');
    await nameKey(kms, key, 'alias/described');
    const text = await tool('key', 'describe', '--id', 'alias/described');
    assert.match(text, /Key spec: +RSA-3072\n/);
    assert.ok(text.includes(key.arn), text);
    assert.match(text, /State: +enabled\n[\s\S]*Notation: +signs with RSASSA-PSS-SHA-384\n/);
    writeFileSync(at('public.pem'), await tool('key', 'public', '--id', `awskms:///${key.id}`));
    openssl(session.folder, 'pkey', '-pubin', '-in', 'public.pem', '-noout');
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    assert.match(await tool('key', 'describe', '--id', key.arn), /Notation: +cannot sign with it: it is disabled/);
    const { KeyMetadata: symmetric } = await kms.send(new CreateKeyCommand({}));
    assert.match(await tool('key', 'describe', '--id', symmetric?.Arn ?? ''), /Notation: +cannot sign with it: .*SYMMETRIC_DEFAULT/);
  });

  test('a key of another certificate is told, and a key that does not answer is one line', peers, async () => {
    const key = await createKey(kms, 'ECC_NIST_P256');
    const { file } = await session.certify('other', await publicKeyInfoOf(kms, await createKey(kms, 'ECC_NIST_P256')));
    const told = await run(['cert', 'chain', 'check', file, '--id', key.arn]);
    assert.equal(told.code, 1);
    assert.match(told.stderr, /^key: expected a certificate for the key P-256 sha256:.*\nError: [^\n]+\n$/);
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    const refused = await run(['key', 'csr', '--id', key.arn, ...subject, '--out', at('never.csr')]);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /^Error: [^\n]*disabled[^\n]*\n$/);
  });
});
