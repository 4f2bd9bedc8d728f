// What a user of notation sees when AWS KMS throttles or is not there. MiniStack never throttles, so a server of our own stands for AWS here.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fault } from '../support/clouds/fault.ts';
import { type AwsWish, awsCloud, type Cloud } from '../support/clouds.ts';
import { needs } from '../support/peers.ts';
import { keyOf } from '../support/pki.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, inSomeTime, openCloudSession, type SignWish } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg');
const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const key = keyOf('EC-256', 'throttled');

describe('notation with an AWS KMS that is too busy, or not there', () => {
  let session: CloudSession;
  let chain: Chain;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openCloudSession();
    chain = await session.certify('throttled', key.publicKeyInfo);
  });
  after(() => session?.close());

  for (const [how, headers] of [
    ['with Retry-After', { 'retry-after': '1' }],
    ['without Retry-After', {}],
  ] as const) {
    const throttle: Fault = {
      on: 'Sign',
      act: { does: 'refuse', refusal: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded', headers } },
    };

    test(`throttled once, ${how}: it is asked again`, peers, async () => {
      await withCloud({ faults: [{ ...throttle, times: 1 }] }, async (cloud) => {
        await assertSigns(session, wishOf(cloud), chain.leaf);
        assert.deepEqual(operationsOf(cloud), ['Sign', 'Sign']);
      });
    });

    test(`throttled for ever, ${how}: the user is told before the deadline`, peers, async () => {
      await withCloud({ faults: [throttle] }, (cloud) =>
        inSomeTime((timeout) =>
          assertRefuses(session, wishOf(cloud, { timeout }), {
            errorCode: 'THROTTLED',
            says: [/kms:Sign/, /ThrottlingException: Rate exceeded/, /quota/],
            metadata: { providerCode: /^ThrottlingException$/ },
          }),
        ),
      );
    });
  }

  test('a role is assumed through the proxy that KMS is asked through', peers, async () => {
    await withCloud({ network: { way: 'proxy' }, credentials: 'role' }, async (cloud) => {
      const wish = wishOf(cloud, cloud.config);
      // Only the proxy finds this name.
      const environment = { ...wish.environment, AWS_ENDPOINT_URL_STS: cloud.origin };
      await assertSigns(session, { ...wish, environment }, chain.leaf);
      assert.deepEqual(operationsOf(cloud), ['AssumeRole', 'Sign']);
    });
  });

  test('an endpoint where nobody listens', peers, async () => {
    await withCloud({}, async (cloud) => {
      const wish = wishOf(cloud);
      const environment = { ...wish.environment, AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:1' };
      await assertRefuses(session, { ...wish, environment }, { errorCode: 'ERROR', says: [/127\.0\.0\.1:1: nothing listens there/] });
    });
  });

  test('an endpoint that never answers', peers, async () => {
    await withCloud({ faults: [{ on: 'Sign', act: { does: 'silence' } }] }, (cloud) =>
      inSomeTime((timeout) =>
        assertRefuses(session, wishOf(cloud, { timeout }), {
          errorCode: 'TIMEOUT',
          says: [/no whole answer before the deadline/, /timeout/],
        }),
      ),
    );
  });

  function wishOf({ environment }: Cloud, config: Readonly<Record<string, string>> = {}): SignWish {
    const { HOME: _, ...rest } = environment;
    return { id: `awskms:///${id}`, config: { cert_chain: chain.file, ...config }, environment: rest };
  }

  async function withCloud(wish: Partial<AwsWish>, work: (cloud: Cloud) => Promise<void>): Promise<void> {
    const cloud = await awsCloud({ keys: [{ id, key }], folder: session.folder, ...wish });
    try {
      await work(cloud);
    } finally {
      await cloud.close();
    }
  }
});

function operationsOf(cloud: Cloud): readonly string[] {
  return cloud.asked().map(({ operation }) => operation);
}
