// Google Cloud KMS through real notation: key types, key ids, states, permissions, checksums. The server is built of Google's own messages and routes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Algorithm, algorithms } from '../../src/core/algorithm.ts';
import { type Gkms, gcpAlgorithms, gcpRing, gkmsEnvironment, startGkms } from '../support/gkms.ts';
import { needs } from '../support/peers.ts';
import { assertCertifies, openTool } from './certify.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, openCloudSession } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'gkms');
const held: readonly Algorithm[] = algorithms.filter(({ keySpec }) => gcpAlgorithms[keySpec] !== undefined);

describe('notation signs with keys of Google Cloud KMS', () => {
  let session: CloudSession;
  let kms: Gkms;
  /** A version, its certificate, and how to reach it. */
  let version: string;
  let chain: Chain;
  let environment: Readonly<Record<string, string>>;
  let config: Readonly<Record<string, string>>;

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, kms] = await Promise.all([openCloudSession(), startGkms()]);
    const credentials = join(session.folder, 'account.json');
    await kms.addServiceAccount(credentials);
    environment = gkmsEnvironment(kms, credentials);
    version = await kms.createKey('release', 'EC_SIGN_P256_SHA256');
    chain = await session.certify('release', await kms.publicKeyInfo(version));
    config = { cert_chain: chain.file };
  });
  after(() => Promise.all([session?.close(), kms?.stop()]));

  for (const { keySpec } of held) {
    test(`${keySpec}, JWS and COSE`, peers, async () => {
      const made = await kms.createKey(keySpec, gcpAlgorithms[keySpec] ?? '');
      const { file, leaf } = await session.certify(`of-${keySpec}`, await kms.publicKeyInfo(made));
      for (const format of ['jws', 'cose'] as const) {
        await assertSigns(session, { id: `gcpkms://${made}`, format, config: { cert_chain: file }, environment }, leaf);
      }
    });
  }

  test('key ids: the bare resource name, and versions in short', peers, async () => {
    for (const id of [version, `gcpkms://${version.replace('cryptoKeyVersions', 'versions')}`])
      await assertSigns(session, { id, config, environment }, chain.leaf);
  });

  test('a signature is one request, and describing a key with a chain none', peers, async () => {
    await kms.forgetRequests();
    const { code, stderr } = await session.ask({ id: version, config, environment });
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(
      (await kms.requests()).map(({ method, path }) => [method, path]),
      [['POST', `/v1/${version}:asymmetricSign`]],
    );
  });

  test('a rotated key: each version signs under its own certificate alone', peers, async () => {
    await kms.ask('POST', `${version.replace(/\/cryptoKeyVersions.*/, '')}/cryptoKeyVersions`, {});
    const second = version.replace(/1$/, '2');
    const newer = await session.certify('second', await kms.publicKeyInfo(second));
    await assertSigns(session, { id: second, config: { cert_chain: newer.file }, environment }, newer.leaf);
    await assertRefuses(session, { id: second, config, environment }, { errorCode: 'VALIDATION_ERROR', says: [/certificate/] });
  });

  test('a key id without a version: the enabled ones are told, the newest first by number', peers, async () => {
    await kms.createKey('many', 'EC_SIGN_P256_SHA256');
    for (let count = 0; count < 10; count += 1) await kms.ask('POST', `${gcpRing}/cryptoKeys/many/cryptoKeyVersions`, {});
    await setState(`${gcpRing}/cryptoKeys/many/cryptoKeyVersions/11`, 'DISABLED');
    await kms.forgetRequests();
    const wish = { id: `gcpkms://${gcpRing}/cryptoKeys/many`, config, environment };
    await assertRefuses(session, wish, {
      errorCode: 'VALIDATION_ERROR',
      says: [/enabled: 10, 9, 8, 7, 6, 5, 4, 3, 2, 1;/, /cryptoKeys\/many\/cryptoKeyVersions\/10/],
    });
    const asked = await kms.requests();
    // By notation once, because it goes no further, and once by the host that was asked itself.
    assert.deepEqual(new Set(asked.map(({ path }) => path)), new Set([`/v1/${gcpRing}/cryptoKeys/many/cryptoKeyVersions`]));
    assert.equal(asked.length, 2);
  });

  const refused: readonly (readonly [algorithm: string, instead: RegExp])[] = [
    ['RSA_SIGN_PSS_3072_SHA256', /SHA-384.*rsa-sign-pss-4096-sha512/],
    ['RSA_SIGN_PSS_4096_SHA256', /SHA-512.*rsa-sign-pss-4096-sha512/],
    ['RSA_SIGN_PKCS1_2048_SHA256', /PKCS#1.*rsa-sign-pss-2048-sha256/],
    ['EC_SIGN_ED25519', /ec-sign-p256-sha256/],
  ];
  for (const [algorithm, instead] of refused) {
    test(`${algorithm} is refused, with what to create instead`, peers, async () => {
      const made = await kms.createKey(algorithm, algorithm);
      await assertRefuses(session, { id: made, environment }, { errorCode: 'VALIDATION_ERROR', says: [new RegExp(algorithm), instead] });
    });
  }

  test('a PKCS#1 key under its certificate is found out, and told', peers, async () => {
    const made = await kms.createKey('pkcs1', 'RSA_SIGN_PKCS1_4096_SHA512');
    const { file } = await session.certify('pkcs1', await kms.publicKeyInfo(made));
    await assertRefuses(
      session,
      { id: made, spec: 'RSA-4096', config: { cert_chain: file }, environment },
      { errorCode: 'VALIDATION_ERROR', says: [/RSA_SIGN_PKCS1_4096_SHA512/, /rsa-sign-pss-4096-sha512/] },
    );
  });

  test('a certificate of RSA-3072: no key of Cloud KMS can be meant', peers, async () => {
    const made = await kms.createKey('three', 'RSA_SIGN_PSS_3072_SHA256');
    const { file } = await session.certify('three', await kms.publicKeyInfo(made));
    await kms.forgetRequests();
    const wish = { id: made, spec: 'RSA-3072', config: { cert_chain: file }, environment } as const;
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says: [/RSA-3072/, /SHA-384/] });
    assert.deepEqual(await kms.requests(), []);
  });

  const states: readonly (readonly [state: string, hint: RegExp])[] = [
    ['DISABLED', /versions enable/],
    ['DESTROYED', /gone for good/],
    ['PENDING_GENERATION', /wait/],
  ];
  for (const [state, hint] of states) {
    test(`a version that is ${state}`, peers, async () => {
      const made = await kms.createKey(`in-state-${state}`, 'EC_SIGN_P256_SHA256');
      const { file } = await session.certify(state, await kms.publicKeyInfo(made));
      await setState(made, state);
      await assertRefuses(
        session,
        { id: made, config: { cert_chain: file }, environment },
        {
          errorCode: 'VALIDATION_ERROR',
          says: [/FAILED_PRECONDITION/, new RegExp(state), hint],
          metadata: { providerCode: /^FAILED_PRECONDITION$/ },
        },
      );
    });
  }

  test('a version that is to be destroyed', peers, async () => {
    const made = await kms.createKey('doomed', 'EC_SIGN_P256_SHA256');
    const { file } = await session.certify('doomed', await kms.publicKeyInfo(made));
    await kms.ask('POST', `${made}:destroy`, {});
    const wish = { id: made, config: { cert_chain: file }, environment };
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says: [/DESTROY_SCHEDULED/, /versions restore/] });
  });

  test('a key that is not there', peers, async () => {
    const id = `${gcpRing}/cryptoKeys/absent/cryptoKeyVersions/1`;
    await assertRefuses(session, { id, config, environment }, { errorCode: 'VALIDATION_ERROR', says: [/NOT_FOUND/, /absent/, /location/] });
  });

  test('who may see the public key alone is told the permission and the role', peers, async () => {
    const viewer = join(session.folder, 'viewer.json');
    await kms.addServiceAccount(viewer, ['cloudkms.cryptoKeyVersions.viewPublicKey'], 'viewer@test-project.iam.gserviceaccount.com');
    const wish = { id: version, config, environment: gkmsEnvironment(kms, viewer) };
    await assertRefuses(session, wish, {
      errorCode: 'ACCESS_DENIED',
      says: [/cloudkms\.cryptoKeyVersions\.useToSign/, /roles\/cloudkms\.signer/],
      metadata: { providerCode: /^PERMISSION_DENIED$/, providerReason: /^IAM_PERMISSION_DENIED$/ },
    });
    const described = await openTool(session, { environment: wish.environment, config: {} }).print('key', 'describe', '--id', version);
    assert.match(described, /State: +enabled\n/);
    const missing = await session.ask({ ...wish, id: version.replace(/\/cryptoKeyVersions.*/, '') });
    assert.match(JSON.parse(missing.stderr).errorMessage, /expected a version of .*, found none; write/);
  });

  for (const spoils of ['digest-crc', 'signature-crc', 'name'] as const) {
    test(`a signature that comes with another ${spoils} is not believed`, peers, async () => {
      await kms.addFault({ spoils, times: 2 });
      await assertRefuses(
        session,
        { id: version, config, environment },
        { errorCode: 'ERROR', says: [/expected/, /changes what is sent/] },
      );
    });
  }

  test('a public key that comes with another checksum is not believed', peers, async () => {
    await kms.addFault({ spoils: 'pem-crc', times: 2 });
    await assertRefuses(session, { id: version, environment }, { errorCode: 'ERROR', says: [/public key/, /checksum/] });
  });

  const codes: readonly (readonly [status: number, code: string, reason: string, errorCode: string, says: RegExp])[] = [
    [403, 'PERMISSION_DENIED', 'SERVICE_DISABLED', 'ACCESS_DENIED', /gcloud services enable/],
    [403, 'PERMISSION_DENIED', 'USER_PROJECT_DENIED', 'ACCESS_DENIED', /GOOGLE_CLOUD_QUOTA_PROJECT/],
    [401, 'UNAUTHENTICATED', '', 'ACCESS_DENIED', /log in again/],
    [400, 'INVALID_ARGUMENT', '', 'VALIDATION_ERROR', /ASYMMETRIC_SIGN/],
    [504, 'DEADLINE_EXCEEDED', '', 'TIMEOUT', /try again/],
    [503, 'UNAVAILABLE', '', 'ERROR', /try again/],
    [500, 'INTERNAL', '', 'ERROR', /try again/],
  ];
  for (const [status, code, reason, errorCode, says] of codes) {
    test(`${code} ${reason}`, peers, async () => {
      // Passing faults are asked about three times.
      await kms.addFault({ suffix: ':asymmetricSign', times: status >= 500 ? 6 : 2, status, code, reason, message: `Refused: ${code}.` });
      await assertRefuses(session, { id: version, config, environment }, { errorCode, says: [new RegExp(code), says] });
    });
  }

  test('a service that fails twice, and one that throttles twice, is asked again', peers, async () => {
    await kms.addFault({ suffix: ':asymmetricSign', times: 2, status: 503, code: 'UNAVAILABLE', message: 'The service is unavailable.' });
    await assertSigns(session, { id: version, config, environment }, chain.leaf);
    await kms.addFault({ suffix: ':asymmetricSign', times: 2, status: 429, code: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded.' });
    await assertSigns(session, { id: version, config, environment }, chain.leaf);
  });

  for (const algorithm of held) {
    test(`${algorithm.keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const made = await kms.createKey(`certified-${algorithm.keySpec}`, gcpAlgorithms[algorithm.keySpec] ?? '');
      await assertCertifies(session, { environment, config: {} }, made, algorithm, await kms.publicKeyInfo(made));
    });
  }

  test('describe says what the service says, of keys that cannot sign too', peers, async () => {
    const { print } = openTool(session, { environment, config: {} });
    const made = await kms.createKey('described', 'RSA_SIGN_PSS_2048_SHA256');
    const text = await print('key', 'describe', '--id', `gcpkms://${made}`);
    assert.match(text, /Key spec: +RSA-2048\nState: +enabled\n[\s\S]*Notation: +signs with RSASSA-PSS-SHA-256\n/);
    assert.match(text, /protection level: +software/i);
    await setState(made, 'DISABLED');
    assert.match(await print('key', 'describe', '--id', made), /Notation: +cannot sign with it: it is disabled/);
    const other = await kms.createKey('described-3072', 'RSA_SIGN_PSS_3072_SHA256');
    assert.match(await print('key', 'describe', '--id', other), /RSA_SIGN_PSS_3072_SHA256[\s\S]*Notation: +cannot sign with it/);
  });

  test('no token is in anything that was printed', peers, async () => {
    for (const token of await kms.tokens()) assert.ok(!session.said().includes(token));
  });

  async function setState(name: string, state: string): Promise<void> {
    await kms.ask('PATCH', `${name}?updateMask=state`, { name, state });
  }
});
