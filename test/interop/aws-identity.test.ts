// Who asks AWS KMS: each place that credentials come from, and each way in which they are refused; and TLS by a private authority.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AwsCredentials } from '../support/aws-query.ts';
import { mintIdentity } from '../support/clouds/tls.ts';
import {
  type AwsKey,
  account,
  allowing,
  createKey,
  createRole,
  createUser,
  kmsClient,
  type Ministack,
  publicKeyInfoOf,
  startMinistack,
} from '../support/ministack.ts';
import { needs } from '../support/peers.ts';
import { placeEnvironment, userEnvironment } from './aws-environment.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, openCloudSession, type SignWish } from './cloud-session.ts';

type Environment = Readonly<Record<string, string>>;

/** A stack with one key in it, and the key's certificate. */
interface Place {
  readonly stack: Ministack;
  readonly key: AwsKey;
  readonly chain: Chain;
}

const claims = { iss: 'https://token.example.com', sub: 'repo:team/app', aud: 'sts.amazonaws.com' };

const peers = needs('notation', 'oras', 'ocireg', 'ministack');

describe('who asks AWS KMS', () => {
  let session: CloudSession;
  let place: Place;
  let signer: AwsCredentials;
  /** May assume the role, and nothing else. */
  let builder: AwsCredentials;
  let role: string;
  let log: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openCloudSession();
    log = join(session.folder, 'plugin.log');
    place = await openPlace(session, await startMinistack({ auth: true }), 'strict');
    signer = await createUser(place.stack, 'signer', allowing('kms:Sign'));
    builder = await createUser(place.stack, 'builder', allowing('sts:AssumeRole'));
    role = await createRole(place.stack, 'release', trusting('builder', 'external-7'), allowing('kms:Sign'));
  });
  after(() => Promise.all([session?.close(), place?.stack.stop()]));

  test('a user who may do nothing but kms:Sign', peers, async () => {
    await signs(wishOf(userEnvironment(place.stack, signer)));
  });

  test('a user without kms:Sign: the action is named', peers, async () => {
    const reader = await createUser(place.stack, 'reader', allowing('kms:GetPublicKey', 'kms:DescribeKey'));
    await refuses(wishOf(userEnvironment(place.stack, reader)), [/AccessDenied/, /user\/reader/, /allow kms:Sign/], reader);
  });

  test('a wrong secret', peers, async () => {
    const forged = { ...signer, secretAccessKey: 'not-the-secret-of-anybody' };
    await refuses(wishOf(userEnvironment(place.stack, forged)), [/InvalidSignature/, /secret access key/], forged);
  });

  test('an access key that nobody has', peers, async () => {
    const nobody = { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'not-the-secret-of-anybody' };
    await refuses(wishOf(userEnvironment(place.stack, nobody)), [/UnrecognizedClient/, /access key/], nobody);
  });

  test('no credentials anywhere', peers, async () => {
    await refuses(wishOf(placeEnvironment(place.stack)), [/credentials/i, /AWS_ACCESS_KEY_ID/]);
  });

  test('a role: aws_role_arn, aws_external_id, aws_role_session_name', peers, async () => {
    const config = { aws_role_arn: role, aws_external_id: 'external-7', aws_role_session_name: 'build-42' };
    await signs(wishOf(userEnvironment(place.stack, builder), config));
  });

  test('a role that this user may not assume without the external id', peers, async () => {
    const wish = wishOf(userEnvironment(place.stack, builder), { aws_role_arn: role });
    await refuses(wish, [/AccessDenied/, /sts:AssumeRole/, /role\/release/], builder);
  });

  test('a profile of the shared files', peers, async () => {
    const files = sharedFiles('plain', '[profile release]\n', `[release]\n${keysOf(signer)}`);
    await signs(wishOf({ ...placeEnvironment(place.stack), ...files }, { aws_profile: 'release' }));
  });

  test('a profile that assumes the role from another one', peers, async () => {
    const assume = `[profile release]\nrole_arn = ${role}\nsource_profile = builder\nexternal_id = external-7\n`;
    const files = sharedFiles('assume', assume, `[builder]\n${keysOf(builder)}`);
    await signs(wishOf({ ...placeEnvironment(place.stack), ...files }, { aws_profile: 'release' }));
  });

  test('a profile that names region and endpoint by itself, over the credentials of the environment', peers, async () => {
    const config = `[profile release]\nregion = us-east-1\nservices = local\n[services local]\nkms =\n  endpoint_url = ${place.stack.endpoint}\n`;
    const files = sharedFiles('whole', config, `[release]\n${keysOf(signer)}`);
    const { AWS_EC2_METADATA_DISABLED, ...elsewhere } = userEnvironment({ endpoint: 'http://127.0.0.1:1' }, builder);
    const environment = { ...pick(elsewhere, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'), ...files };
    await signs(wishOf(environment, { aws_profile: 'release' }));
  });

  test('a profile that is not there', peers, async () => {
    const files = sharedFiles('absent', '', `[other]\n${keysOf(signer)}`);
    await refuses(wishOf({ ...placeEnvironment(place.stack), ...files }, { aws_profile: 'release' }), [/release/, /profile/], signer);
  });

  test('a web identity, as Kubernetes and GitHub give it', peers, async () => {
    const provider = `arn:aws:iam::${account}:oidc-provider/token.example.com`;
    const trust = { Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity' };
    const web = await createRole(place.stack, 'web', trust, allowing('kms:Sign'));
    const token = join(session.folder, 'web-identity-token');
    writeFileSync(token, unsignedToken(claims));
    await signs(wishOf({ ...placeEnvironment(place.stack), AWS_ROLE_ARN: web, AWS_WEB_IDENTITY_TOKEN_FILE: token }));
  });

  // MiniStack gives credentials to instances and containers, and does not know them afterwards: so it must not be strict here.
  describe('on an instance and in a container', () => {
    let lax: Place;

    before(async () => {
      if (peers.skip === undefined) lax = await openPlace(session, await startMinistack({ auth: false }), 'lax');
    });
    after(() => lax?.stack.stop());

    test('instance metadata', peers, async () => {
      const { AWS_EC2_METADATA_DISABLED: _, ...environment } = placeEnvironment(lax.stack);
      await assertSigns(session, at(lax, { ...environment, AWS_EC2_METADATA_SERVICE_ENDPOINT: lax.stack.endpoint }), lax.chain.leaf);
    });

    test('container credentials', peers, async () => {
      const address = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${lax.stack.endpoint}/v2/credentials/task` };
      await assertSigns(session, at(lax, { ...placeEnvironment(lax.stack), ...address }), lax.chain.leaf);
    });

    test('instance credentials that KMS does not know', peers, async () => {
      const { AWS_EC2_METADATA_DISABLED: _, ...environment } = placeEnvironment(place.stack);
      await refuses(wishOf({ ...environment, AWS_EC2_METADATA_SERVICE_ENDPOINT: lax.stack.endpoint }), [/UnrecognizedClient/]);
    });
  });

  describe('over TLS by a private authority', () => {
    let secure: Place;
    let bundle: string;

    before(async () => {
      if (peers.skip !== undefined) return;
      const { cert, key, authority } = await mintIdentity();
      const [certificate, keyFile, bundleFile] = [cert, key, authority].map((text, index) => write(`tls-${index}.pem`, text));
      bundle = bundleFile ?? '';
      const tls = { certificate: certificate ?? '', key: keyFile ?? '' };
      const { endpoint, stop } = await startMinistack({ auth: true, tls });
      secure = await openPlace(session, { endpoint: endpoint.replace('127.0.0.1', 'localhost'), stop }, 'secure', authority);
    });
    after(() => secure?.stack.stop());

    test('ca_bundle names it', peers, async () => {
      await assertSigns(session, at(secure, userEnvironment(secure.stack), { ca_bundle: bundle }), secure.chain.leaf);
    });

    test('the key id names the server', peers, async () => {
      const { AWS_ENDPOINT_URL_KMS: _, ...environment } = userEnvironment(secure.stack);
      const id = `awskms://${new URL(secure.stack.endpoint).host}/${secure.key.arn}`;
      await assertSigns(session, { ...at(secure, environment, { ca_bundle: bundle }), id }, secure.chain.leaf);
    });

    test('without ca_bundle the message says what to do', peers, async () => {
      await assertRefuses(session, at(secure, userEnvironment(secure.stack)), {
        errorCode: 'ERROR',
        says: [/localhost/, /TLS certificate/, /ca_bundle/],
      });
    });

    function write(name: string, text: string): string {
      const path = join(session.folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    }
  });

  test('an endpoint where nobody listens', peers, async () => {
    const nobody = { endpoint: 'http://127.0.0.1:1' };
    const wish = wishOf(userEnvironment(nobody), { timeout: '60s' });
    await assertRefuses(session, wish, { errorCode: 'ERROR', says: [/127\.0\.0\.1:1/, /nothing listens there/] });
  });

  test('no secret was in any output, nor in the log', peers, async () => {
    const told = session.said() + readFileSync(log, 'utf8');
    assert.match(told, /generate-signature/);
    for (const { secretAccessKey } of [signer, builder]) assert.ok(!told.includes(secretAccessKey));
    for (const secret of ['not-the-secret-of-anybody', unsignedToken(claims)]) assert.ok(!told.includes(secret));
    // What STS and the instance gave out is known to nobody here but by its form.
    assert.doesNotMatch(told, /FwoGZ|SecretAccessKey|SessionToken|X-Amz-Security-Token/i);
  });

  function wishOf(environment: Environment, config: Environment = {}): SignWish {
    return at(place, environment, { log_file: log, log_level: 'debug', ...config });
  }

  function signs(wish: SignWish): Promise<void> {
    return assertSigns(session, wish, place.chain.leaf);
  }

  function refuses(wish: SignWish, says: readonly RegExp[], user?: AwsCredentials): Promise<void> {
    const hides = user === undefined ? [] : [user.secretAccessKey];
    return assertRefuses(session, wish, { errorCode: 'ACCESS_DENIED', says, hides, metadata: { providerCode: /./ } });
  }

  function sharedFiles(name: string, config: string, credentials: string): Environment {
    const paths = { AWS_CONFIG_FILE: join(session.folder, `${name}.config`), AWS_SHARED_CREDENTIALS_FILE: join(session.folder, name) };
    writeFileSync(paths.AWS_CONFIG_FILE, config);
    writeFileSync(paths.AWS_SHARED_CREDENTIALS_FILE, credentials);
    return paths;
  }
});

async function openPlace(session: CloudSession, stack: Ministack, name: string, authority?: string): Promise<Place> {
  const kms = kmsClient(stack, { authority });
  const key = await createKey(kms, 'ECC_NIST_P256');
  return { stack, key, chain: await session.certify(name, await publicKeyInfoOf(kms, key)) };
}

function at({ key, chain }: Place, environment: Environment, config: Environment = {}): SignWish {
  return { id: key.arn, config: { cert_chain: chain.file, ...config }, environment };
}

function trusting(user: string, externalId: string): unknown {
  const principal = { AWS: `arn:aws:iam::${account}:user/${user}` };
  return { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
}

function keysOf({ accessKeyId, secretAccessKey }: AwsCredentials): string {
  return `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

function pick(environment: Environment, ...names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.includes(name)));
}

/** MiniStack looks at who issued it, not at its signature. */
function unsignedToken(claims: Environment): string {
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${parts.join('.')}.c2lnbmF0dXJl`;
}
