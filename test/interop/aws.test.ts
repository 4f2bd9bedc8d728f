// AWS KMS through real notation: key types, key ids, regions, and keys that cannot sign. The service is MiniStack, which checks signatures
// and evaluates policies.
import { after, before, describe, test } from 'node:test';
import { DisableKeyCommand, type KMSClient, ReplicateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { algorithms } from '../../src/core/algorithm.ts';
import {
  type AwsKey,
  awsSpecs,
  createKey,
  kmsClient,
  type Ministack,
  nameKey,
  otherRegion,
  publicKeyInfoOf,
  region,
  startMinistack,
} from '../support/ministack.ts';
import { needs } from '../support/peers.ts';
import { userEnvironment } from './aws-environment.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'ministack');

describe('notation signs with keys of AWS KMS', () => {
  let session: CloudSession;
  let stack: Ministack;
  let kms: KMSClient;
  /** A multi-Region key with a name, its certificate, and how to reach it. */
  let key: AwsKey;
  let chain: Chain;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, stack] = await Promise.all([openCloudSession(), startMinistack({ auth: true })]);
    kms = kmsClient(stack);
    environment = userEnvironment(stack);
    key = await createKey(kms, 'ECC_NIST_P256', { MultiRegion: true });
    await nameKey(kms, key, 'alias/team/release');
    chain = await session.certify('release', await publicKeyInfoOf(kms, key));
  });
  after(() => Promise.all([session?.close(), stack?.stop()]));

  for (const { keySpec } of algorithms) {
    test(`${keySpec}, JWS and COSE`, peers, async () => {
      const made = await createKey(kms, awsSpecs[keySpec]);
      const { file, leaf } = await session.certify(keySpec, await publicKeyInfoOf(kms, made));
      for (const format of ['jws', 'cose'] as const) {
        await assertSigns(session, { id: made.arn, format, config: { cert_chain: file }, environment }, leaf);
      }
    });
  }

  const ids: readonly (readonly [form: string, id: (key: AwsKey, region: string) => string])[] = [
    ['key ARN', ({ arn }) => arn],
    ['awskms:/// and key id', ({ id }) => `awskms:///${id}`],
    ['awskms:/// and key ARN', ({ arn }) => `awskms:///${arn}`],
    ['alias', () => 'alias/team/release'],
    ['awskms:/// and alias', () => 'awskms:///alias/team/release'],
    ['alias ARN', ({ arn }) => aliasArn(arn)],
    ['awskms:/// and alias ARN', ({ arn }) => `awskms:///${aliasArn(arn)}`],
  ];
  for (const [form, idOf] of ids) {
    test(`key id: ${form}`, peers, async () => {
      await assertSigns(session, { id: idOf(key, region), config: { cert_chain: chain.file }, environment }, chain.leaf);
    });
  }

  test('key id: a plain UUID behind awskms:///', peers, async () => {
    const plain = await createKey(kms, 'ECC_NIST_P256');
    const { file, leaf } = await session.certify('plain', await publicKeyInfoOf(kms, plain));
    await assertSigns(session, { id: `awskms:///${plain.id}`, config: { cert_chain: file }, environment }, leaf);
  });

  test('a replica in another region: the ARN says where, under the same certificate', peers, async () => {
    await kms.send(new ReplicateKeyCommand({ KeyId: key.id, ReplicaRegion: otherRegion }));
    const config = { cert_chain: chain.file };
    await assertSigns(session, { id: key.arn.replace(region, otherRegion), config, environment }, chain.leaf);
    const elsewhere = { ...environment, AWS_REGION: otherRegion };
    await assertSigns(session, { id: `awskms:///${key.id}`, config, environment: elsewhere }, chain.leaf);
    const chosen = { ...config, aws_region: otherRegion };
    await assertSigns(session, { id: `awskms:///${key.id}`, config: chosen, environment }, chain.leaf);
  });

  test('a key that the region does not have', peers, async () => {
    const plain = await createKey(kms, 'ECC_NIST_P256');
    const wish = { id: `awskms:///${plain.id}`, config: { cert_chain: chain.file, aws_region: otherRegion }, environment };
    await assertRefuses(session, wish, {
      errorCode: 'VALIDATION_ERROR',
      says: [/NotFoundException/, new RegExp(otherRegion), /aws_region/],
    });
  });

  test('a region that contradicts the ARN', peers, async () => {
    const wish = { id: key.arn, config: { cert_chain: chain.file, aws_region: otherRegion }, environment };
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says: [new RegExp(region), new RegExp(otherRegion)] });
  });

  test('no region at all', peers, async () => {
    const { AWS_REGION: _, ...nowhere } = environment;
    const wish = { id: `awskms:///${key.id}`, config: { cert_chain: chain.file }, environment: nowhere };
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says: [/region/, /aws_region|AWS_REGION/] });
  });

  test('an alias that is not there', peers, async () => {
    const wish = { id: 'alias/none', config: { cert_chain: chain.file }, environment };
    await assertRefuses(session, wish, {
      errorCode: 'VALIDATION_ERROR',
      says: [/alias\/none/, /NotFoundException/],
      metadata: { providerCode: /^NotFoundException$/, requestId: /^[0-9a-f-]{36}$/ },
    });
  });

  test('a disabled key', peers, async () => {
    const made = await createKey(kms, 'ECC_NIST_P256');
    await kms.send(new DisableKeyCommand({ KeyId: made.id }));
    await assertUnusable(made, [/DisabledException/, /enable the key/]);
  });

  test('a key that is pending deletion', peers, async () => {
    const made = await createKey(kms, 'ECC_NIST_P256');
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: made.id, PendingWindowInDays: 7 }));
    await assertUnusable(made, [/KMSInvalidStateException/, /pending deletion/]);
  });

  test('a key for encryption', peers, async () => {
    const made = await createKey(kms, 'SYMMETRIC_DEFAULT', { KeyUsage: 'ENCRYPT_DECRYPT' });
    await assertUnusable(made, [/UnsupportedOperationException/, /SIGN_VERIFY/]);
  });

  test("another key's certificate", peers, async () => {
    await assertUnusable(await createKey(kms, 'ECC_NIST_P256'), [/signature/, /certificate/]);
  });

  test('no certificate at all', peers, async () => {
    await assertRefuses(session, { id: key.arn, environment }, { errorCode: 'VALIDATION_ERROR', says: [/certificate/, /cert_chain/] });
  });

  /** Under the certificate of another key: it never comes to that, or it comes to nothing else. */
  async function assertUnusable(made: AwsKey, says: readonly RegExp[]): Promise<void> {
    const wish = { id: made.arn, config: { cert_chain: chain.file }, environment };
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says });
  }
});

function aliasArn(keyArn: string): string {
  return keyArn.replace(/key\/.*$/, 'alias/team/release');
}
