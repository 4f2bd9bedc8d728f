// A key of AWS KMS, which has no certificate anywhere, gets one from the tool. The service is MiniStack.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { algorithms } from '../../src/core/algorithm.ts';
import { awsSpecs, createKey, kmsClient, type Ministack, nameKey, publicKeyInfoOf, startMinistack } from '../support/ministack.ts';
import { openssl } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { userEnvironment } from './aws-environment.ts';
import { assertCertifies, openTool, subjectWords, type Way } from './certify.ts';
import { type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'ministack');

describe('certificates for keys of AWS KMS', () => {
  let session: CloudSession;
  let stack: Ministack;
  let kms: KMSClient;
  let way: Way;

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, stack] = await Promise.all([openCloudSession(), startMinistack({ auth: true })]);
    kms = kmsClient(stack);
    way = { environment: userEnvironment(stack), config: {} };
  });
  after(() => Promise.all([session?.close(), stack?.stop()]));

  for (const algorithm of algorithms) {
    test(`${algorithm.keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const key = await createKey(kms, awsSpecs[algorithm.keySpec]);
      await assertCertifies(session, way, key.arn, algorithm, await publicKeyInfoOf(kms, key));
    });
  }

  test('describe and public say what the service says, of keys that cannot sign too', peers, async () => {
    const { print } = openTool(session, way);
    const key = await createKey(kms, 'RSA_3072');
    await nameKey(kms, key, 'alias/described');
    const text = await print('key', 'describe', '--id', 'alias/described');
    assert.match(text, /Key spec: +RSA-3072\nState: +enabled\n[\s\S]*Notation: +signs with RSASSA-PSS-SHA-384\n/);
    assert.ok(text.includes(key.arn), text);
    writeFileSync(join(session.folder, 'public.pem'), await print('key', 'public', '--id', `awskms:///${key.id}`));
    openssl(session.folder, 'pkey', '-pubin', '-in', 'public.pem', '-noout');
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    assert.match(await print('key', 'describe', '--id', key.arn), /Notation: +cannot sign with it: it is disabled/);
    const { KeyMetadata: symmetric } = await kms.send(new CreateKeyCommand({}));
    assert.match(await print('key', 'describe', '--id', symmetric?.Arn ?? ''), /Notation: +cannot sign with it: .*SYMMETRIC_DEFAULT/);
  });

  test('a certificate of another key is told, and a disabled key is one line', peers, async () => {
    const { run } = openTool(session, way);
    const key = await createKey(kms, 'ECC_NIST_P256');
    const { file } = await session.certify('other', await publicKeyInfoOf(kms, await createKey(kms, 'ECC_NIST_P256')));
    const told = await run('cert', 'chain', 'check', file, '--id', key.arn);
    assert.equal(told.code, 1);
    assert.match(told.stderr, /^key: expected a certificate for the key P-256 sha256:.*\nError: [^\n]+\n$/);
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    const refused = await run('key', 'csr', '--id', key.arn, ...subjectWords);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /^Error: [^\n]*disabled[^\n]*\n$/);
  });
});
