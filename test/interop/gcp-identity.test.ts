// Who asks Google Cloud KMS: every kind of application default credentials, impersonation, quota projects, and credentials that do not do.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { openServer } from '../support/clouds/server.ts';
import { type Gkms, gkmsEnvironment, mintServiceAccount, startGkms } from '../support/gkms.ts';
import { needs } from '../support/peers.ts';
import { openTool } from './certify.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, openCloudSession, type SignWish } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'gkms');
const subject = 'a-token-of-another-place';
const target = 'release@test-project.iam.gserviceaccount.com';
const between = 'between@test-project.iam.gserviceaccount.com';
const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ci';

describe('who asks Google Cloud KMS', () => {
  let session: CloudSession;
  let kms: Gkms;
  let version: string;
  let chain: Chain;

  before(async () => {
    if (peers.skip !== undefined) return;
    [session, kms] = await Promise.all([openCloudSession(), startGkms()]);
    version = await kms.createKey('release', 'EC_SIGN_P256_SHA256');
    chain = await session.certify('release', await kms.publicKeyInfo(version));
    await kms.addCaller({ token: 'token-of-a-user-0001', grant: 'refresh-token-of-a-user' });
    await kms.addCaller({ token: 'token-of-a-workload-0001', grant: subject, email: 'workload', actsAs: [target] });
    await kms.addCaller({ token: 'token-of-the-target-0001', email: target });
    await kms.addCaller({ token: 'token-of-between-0001', email: between, permissions: [], actsAs: [target] });
    await kms.addCaller({ token: 'token-of-the-machine-0001', machine: true });
  });
  after(() => Promise.all([session?.close(), kms?.stop()]));

  describe('a service account', () => {
    test('by GOOGLE_APPLICATION_CREDENTIALS and by gcp_credentials_file, without asking for a token', peers, async () => {
      const path = join(session.folder, 'account.json');
      await kms.addServiceAccount(path);
      await kms.forgetRequests();
      await signs(wishOf(path));
      await signs({ ...wishOf(), config: { cert_chain: chain.file, gcp_credentials_file: path } });
      assert.deepEqual([...new Set((await kms.requests()).map(({ path: asked }) => asked))], [`/v1/${version}:asymmetricSign`]);
    });

    test('whose key the service does not know', peers, async () => {
      const path = write('stranger.json', mintServiceAccount('stranger@test-project.iam.gserviceaccount.com').file);
      await assertRefuses(session, wishOf(path), { errorCode: 'ACCESS_DENIED', says: [/UNAUTHENTICATED/, /clock/] });
    });
  });

  describe('a user', () => {
    const file = {
      type: 'authorized_user',
      client_id: 'gcloud',
      client_secret: 'the-secret-of-gcloud',
      refresh_token: 'refresh-token-of-a-user',
    };

    test('who signed in with gcloud, where gcloud keeps that, with a project that pays', peers, async () => {
      const folder = join(session.folder, 'gcloud');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'application_default_credentials.json'), JSON.stringify({ ...file, quota_project_id: 'payer' }));
      const wish = wishOf();
      await kms.forgetRequests();
      await signs({ ...wish, environment: { ...wish.environment, CLOUDSDK_CONFIG: folder } });
      const paid = (await kms.requests()).filter(({ path }) => path.endsWith(':asymmetricSign'));
      assert.deepEqual([...new Set(paid.map(({ userProject }) => userProject))], ['payer']);
      await kms.forgetRequests();
      await signs({ ...wish, environment: { ...wish.environment, CLOUDSDK_CONFIG: folder, GOOGLE_CLOUD_QUOTA_PROJECT: 'other' } });
      assert.ok((await kms.requests()).some(({ userProject }) => userProject === 'other'));
    });

    test('whose login has expired', peers, async () => {
      const path = write('expired.json', { ...file, refresh_token: 'a-token-that-was-revoked' });
      await assertRefuses(session, wishOf(path), {
        errorCode: 'ACCESS_DENIED',
        says: [/invalid_grant/, /gcloud auth application-default login/],
        hides: ['a-token-that-was-revoked', 'the-secret-of-gcloud'],
      });
    });
  });

  describe('workload identity federation', () => {
    test('from a file, as text and as JSON', peers, async () => {
      const text = writeText('subject', `${subject}\n`);
      await signs(wishOf(write('file.json', external({ file: text }))));
      const json = write('subject.json', { access_token: subject });
      const format = { type: 'json', subject_token_field_name: 'access_token' };
      await signs(wishOf(write('json-file.json', external({ file: json, format }))));
    });

    test('from a URL, as CI systems have it', peers, async () => {
      const service = {
        operationOf: () => 'subject',
        answer: ({ headers }: { readonly headers: Readonly<Record<string, string>> }) =>
          headers['authorization'] === 'bearer of-the-job'
            ? { status: 200, body: JSON.stringify({ value: subject }) }
            : { status: 401, body: '{}' },
        refuse: () => ({ status: 500, body: '' }),
      };
      const server = await openServer({ service });
      const format = { type: 'json', subject_token_field_name: 'value' };
      const source = { url: `${server.url}/token`, headers: { Authorization: 'bearer of-the-job' }, format };
      await signs(wishOf(write('url.json', external(source))));
      const wish = wishOf(write('denied-url.json', external({ ...source, headers: {} })));
      await assertRefuses(session, wish, { errorCode: 'ACCESS_DENIED', says: [/status 401/, /provider/] });
      await server.close();
    });

    test('from a program, where that is allowed', peers, async () => {
      const token = { version: 1, success: true, token_type: 'urn:ietf:params:oauth:token-type:jwt', id_token: subject };
      const program = writeText('program', `#!/bin/sh\necho '${JSON.stringify({ ...token, expiration_time: 4_102_444_800 })}'\n`);
      chmodSync(program, 0o755);
      const path = write('program.json', external({ executable: { command: `${program} --now` } }));
      const wish = wishOf(path);
      await signs({ ...wish, environment: { ...wish.environment, GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1' } });
      await assertRefuses(session, wish, {
        errorCode: 'ACCESS_DENIED',
        says: [/programs are not run/, /GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES/],
      });
    });

    test('from a program that fails, or is not there', peers, async () => {
      const allowed = { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1' };
      const failing = writeText('failing', `#!/bin/sh\necho '${subject}' >&2\nexit 3\n`);
      chmodSync(failing, 0o755);
      const ended = wishOf(write('failing.json', external({ executable: { command: failing } })));
      await assertRefuses(
        session,
        { ...ended, environment: { ...ended.environment, ...allowed } },
        { errorCode: 'ACCESS_DENIED', says: [/executable/, /credential_source\.executable/], hides: [subject] },
      );
      const absent = wishOf(write('absent.json', external({ executable: { command: '/nowhere/program' } })));
      await assertRefuses(
        session,
        { ...absent, environment: { ...absent.environment, ...allowed } },
        { errorCode: 'VALIDATION_ERROR', says: [/expected credential_source\.executable to name a program/] },
      );
    });

    test('through a service account', peers, async () => {
      const url = `${kms.origin}/v1/projects/-/serviceAccounts/${target}:generateAccessToken`;
      const file = external({ file: writeText('subject', subject) });
      await signs(wishOf(write('through.json', { ...file, service_account_impersonation_url: url })));
    });

    test('that the pool refuses, and from a file that is not there', peers, async () => {
      const wrong = 'a-token-of-nobody-at-all';
      const refused = wishOf(write('refused.json', external({ file: writeText('wrong', wrong) })));
      await assertRefuses(session, refused, { errorCode: 'ACCESS_DENIED', says: [/invalid_grant/, /audience/], hides: [wrong] });
      const absent = wishOf(write('no-subject.json', external({ file: '/nowhere/subject' })));
      await assertRefuses(session, absent, { errorCode: 'VALIDATION_ERROR', says: [/\/nowhere\/subject/] });
    });

    function external(source: JsonObject): JsonObject {
      return {
        type: 'external_account',
        audience,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${kms.origin}/token`,
        credential_source: source,
      };
    }
  });

  describe('a machine', () => {
    test('by its metadata server', peers, async () => {
      const { METADATA_SERVER_DETECTION: _, ...environment } = gkmsEnvironment(kms);
      await signs({ ...wishOf(), environment: { ...environment, GCE_METADATA_HOST: new URL(kms.origin).host } });
    });

    test('without one', peers, async () => {
      await assertRefuses(session, wishOf(), {
        errorCode: 'ACCESS_DENIED',
        says: [/no Google Cloud credentials/, /gcloud auth application-default login/],
      });
    });
  });

  describe('impersonation', () => {
    test('by gcp_impersonate, and through another account', peers, async () => {
      const path = join(session.folder, 'impersonator.json');
      await addAccount(path, 'impersonator@test-project.iam.gserviceaccount.com', [target]);
      await signs({ ...wishOf(path), config: { cert_chain: chain.file, gcp_impersonate: target } });
      const delegated = join(session.folder, 'delegated.json');
      await addAccount(delegated, 'delegated@test-project.iam.gserviceaccount.com', [between]);
      await signs({ ...wishOf(delegated), config: { cert_chain: chain.file, gcp_impersonate: `${between},${target}` } });
    });

    test('by a file of gcloud', peers, async () => {
      const { file, publicKey } = mintServiceAccount('source@test-project.iam.gserviceaccount.com');
      await kms.addCaller({ email: 'source@test-project.iam.gserviceaccount.com', publicKey, permissions: [], actsAs: [target] });
      const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${target}:generateAccessToken`;
      const impersonated = { type: 'impersonated_service_account', service_account_impersonation_url: url, source_credentials: file };
      await signs(wishOf(write('impersonated.json', impersonated)));
    });

    test('that nobody granted', peers, async () => {
      const path = join(session.folder, 'nobody.json');
      await addAccount(path, 'nobody@test-project.iam.gserviceaccount.com', []);
      const wish = { ...wishOf(path), config: { cert_chain: chain.file, gcp_impersonate: target } };
      await assertRefuses(session, wish, {
        errorCode: 'ACCESS_DENIED',
        says: [/roles\/iam\.serviceAccountTokenCreator/, new RegExp(target)],
      });
    });

    async function addAccount(path: string, email: string, actsAs: readonly string[]): Promise<void> {
      const { file, publicKey } = mintServiceAccount(email);
      writeFileSync(path, JSON.stringify(file));
      await kms.addCaller({ email, publicKey, permissions: [], actsAs });
    }
  });

  test('doctor tells whose credentials these are, and signs a test', peers, async () => {
    const path = join(session.folder, 'doctor.json');
    await kms.addServiceAccount(path, undefined, 'doctor@test-project.iam.gserviceaccount.com');
    const { run } = openTool(session, { environment: gkmsEnvironment(kms, path), config: { cert_chain: chain.file } });
    const { stdout } = await run('doctor', '--id', version);
    assert.match(stdout, /service_account credentials in /);
    assert.match(stdout, /doctor@test-project\.iam\.gserviceaccount\.com/);
    assert.match(stdout, /signed a test/);
  });

  test('no token is in anything that was printed', peers, async () => {
    const tokens = await kms.tokens();
    assert.ok(tokens.length > 5);
    for (const token of [...tokens, subject]) assert.ok(!session.said().includes(token));
  });

  function wishOf(credentials?: string): SignWish {
    return { id: version, config: { cert_chain: chain.file }, environment: gkmsEnvironment(kms, credentials) };
  }

  async function signs(wish: SignWish): Promise<void> {
    await assertSigns(session, wish, chain.leaf);
  }

  function write(name: string, value: JsonObject): string {
    return writeText(name, JSON.stringify(value));
  }

  function writeText(name: string, text: string): string {
    const path = join(session.folder, name);
    writeFileSync(path, text);
    return path;
  }
});
