// An AWS KMS that signs wrongly: moto hashes a digest again and takes the longest salt. None of its signatures may leave.
import { after, before, describe, test } from 'node:test';
import { createKey, kmsClient, publicKeyInfoOf } from '../support/ministack.ts';
import { type Moto, startMoto } from '../support/moto.ts';
import { needs } from '../support/peers.ts';
import { userEnvironment } from './aws-environment.ts';
import { assertRefuses, type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'moto_server');

describe('an AWS KMS that signs wrongly', () => {
  let session: CloudSession;
  let moto: Moto;

  before(async () => {
    if (peers.skip === undefined) [session, moto] = await Promise.all([openCloudSession(), startMoto()]);
  });
  after(() => Promise.all([session?.close(), moto?.stop()]));

  for (const [spec, awsSpec] of [
    ['RSA-2048', 'RSA_2048'],
    ['EC-256', 'ECC_NIST_P256'],
  ] as const) {
    test(`${spec}: the signature is refused in both envelopes`, peers, async () => {
      const kms = kmsClient(moto);
      const key = await createKey(kms, awsSpec);
      const { file } = await session.certify(spec, await publicKeyInfoOf(kms, key));
      for (const format of ['jws', 'cose'] as const) {
        const wish = { id: key.arn, spec, format, config: { cert_chain: file }, environment: userEnvironment(moto) };
        await assertRefuses(session, wish, {
          errorCode: 'VALIDATION_ERROR',
          says: [/signature does not verify/, /leaf certificate/],
          metadata: { code: /^KEY_MISMATCH$/ },
        });
      }
    });
  }
});
