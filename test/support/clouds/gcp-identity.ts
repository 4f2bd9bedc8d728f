// Who may ask the Google fakes, and the places that give out tokens for them.
import { generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secrets } from './secret.ts';
import type { Answer, Asked } from './server.ts';

/** Where a client's credentials come from. */
export type GcpCredentials = 'account' | 'federation' | 'user' | 'machine' | 'impersonation' | 'none';

const account = generateKeyPairSync('rsa', { modulusLength: 2048 });
const email = 'signer@test-project.iam.gserviceaccount.com';
const target = 'release@test-project.iam.gserviceaccount.com';

/** Lines of the account's private key, each of which is a secret. */
export const accountKeyLines: readonly string[] = account.privateKey
  .export({ type: 'pkcs8', format: 'pem' })
  .toString()
  .split('\n')
  .slice(2, -2);

/** Writes the files that these credentials need into `folder`, and answers the client's environment and options. */
export function gcpIdentity(credentials: GcpCredentials, origin: string, folder: string) {
  const path = join(folder, 'credentials.json');
  const file = fileOf(credentials, origin, folder);
  if (file !== undefined) writeFileSync(path, JSON.stringify(file));
  return {
    environment: {
      CLOUDSDK_AUTH_TOKEN_HOST: `${origin}/token`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: origin,
      ...(file !== undefined && { GOOGLE_APPLICATION_CREDENTIALS: path }),
      ...(credentials === 'machine' ? { GCE_METADATA_HOST: new URL(origin).host } : { METADATA_SERVER_DETECTION: 'none' }),
    },
    config: credentials === 'impersonation' ? { gcp_impersonate: target } : {},
  };
}

function fileOf(credentials: GcpCredentials, origin: string, folder: string): object | undefined {
  if (credentials === 'account' || credentials === 'impersonation') {
    const key = account.privateKey.export({ type: 'pkcs8', format: 'pem' });
    return { type: 'service_account', client_email: email, private_key: key, private_key_id: 'a1b2' };
  }
  if (credentials === 'user')
    return { type: 'authorized_user', client_id: 'client', client_secret: secrets.gcpClientSecret, refresh_token: secrets.gcpRefreshToken };
  if (credentials !== 'federation') return undefined;
  const subject = join(folder, 'subject');
  writeFileSync(subject, secrets.gcpSubjectToken);
  return {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ci',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${origin}/token`,
    credential_source: { file: subject },
  };
}

/** The answer to a request for a token; undefined for all others. */
export function answerGcpToken(asked: Asked): Answer | undefined {
  if (asked.operation === 'token') return answerOauth(new URLSearchParams(asked.body));
  if (asked.operation === 'metadata') return answerMetadata(asked);
  if (asked.operation !== 'generateAccessToken') return undefined;
  if (!isSelfSigned(asked.headers['authorization'] ?? '', 'https://iamcredentials.googleapis.com/'))
    return { status: 401, body: '{"error":{"status":"UNAUTHENTICATED"}}' };
  return {
    status: 200,
    body: JSON.stringify({ accessToken: secrets.gcpToken, expireTime: new Date(Date.now() + 3_600_000).toISOString() }),
  };
}

function answerOauth(form: URLSearchParams): Answer {
  const known = form.get('subject_token') === secrets.gcpSubjectToken || form.get('refresh_token') === secrets.gcpRefreshToken;
  if (!known) return { status: 400, body: JSON.stringify({ error: 'invalid_grant', error_description: 'Bad Request' }) };
  return { status: 200, body: JSON.stringify({ access_token: secrets.gcpToken, expires_in: 3599, token_type: 'Bearer' }) };
}

function answerMetadata({ headers }: Asked): Answer {
  if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'Missing Metadata-Flavor:Google header.' };
  const body = JSON.stringify({ access_token: secrets.gcpToken, expires_in: 3599, token_type: 'Bearer' });
  return { status: 200, headers: { 'metadata-flavor': 'Google' }, body };
}

/** Whether the request has a token that was given out, or one that the account signed for this service. */
export function isGcpCaller({ headers }: Asked): boolean {
  const authorization = headers['authorization'] ?? '';
  return authorization === `Bearer ${secrets.gcpToken}` || isSelfSigned(authorization, 'https://cloudkms.googleapis.com/');
}

function isSelfSigned(authorization: string, audience: string): boolean {
  const [head = '', payload = '', signature = ''] = authorization.replace(/^Bearer /, '').split('.');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), account.publicKey, Buffer.from(signature, 'base64url'))) return false;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>;
  return claims['iss'] === email && claims['aud'] === audience;
}
