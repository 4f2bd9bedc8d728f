// Who may ask the AWS fakes, and how one becomes somebody who may.
import { secrets } from './secret.ts';
import type { Answer, Asked } from './server.ts';

interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const user: Principal = {
  accessKeyId: 'AKIATESTUSER00000001',
  secretAccessKey: secrets.awsSecretKey,
  sessionToken: secrets.awsSessionToken,
};
const role: Principal = {
  accessKeyId: 'ASIATESTROLE00000001',
  secretAccessKey: secrets.roleSecretKey,
  sessionToken: secrets.roleSessionToken,
};
const container: Principal = {
  accessKeyId: 'ASIATESTCONTAINER001',
  secretAccessKey: secrets.containerSecretKey,
  sessionToken: secrets.containerSessionToken,
};

/** The environment variables of the user. */
export const userEnvironment: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: user.accessKeyId,
  AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
  AWS_SESSION_TOKEN: user.sessionToken,
};

/** The environment variables of a container whose credentials `origin` hands out. */
export function containerEnvironment(origin: string): Readonly<Record<string, string>> {
  return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/credentials`, AWS_CONTAINER_AUTHORIZATION_TOKEN: secrets.containerToken };
}

/** Whether the request is signed as one of ours: which key id, and its session token. The signature itself is for real peers to check. */
export function isKnown({ headers }: Asked): boolean {
  const id = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(headers['authorization'] ?? '')?.[1];
  const principal = [user, role, container].find(({ accessKeyId }) => accessKeyId === id);
  return principal !== undefined && headers['x-amz-security-token'] === principal.sessionToken;
}

/** The container's credentials, as ECS and EKS hand them out. */
export function answerContainer({ headers }: Asked): Answer {
  if (headers['authorization'] !== secrets.containerToken) return { status: 401, body: '{"code":"Unauthorized","message":"who are you?"}' };
  const { accessKeyId, secretAccessKey, sessionToken } = container;
  const value = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration: expiry() };
  return { status: 200, body: JSON.stringify(value) };
}

/** STS AssumeRole (query protocol). */
export function answerAssumeRole(asked: Asked): Answer {
  const action = new URLSearchParams(asked.body).get('Action');
  if (action !== 'AssumeRole' || !isKnown(asked)) return { status: 403, headers: xml, body: '<ErrorResponse/>' };
  const { accessKeyId, secretAccessKey, sessionToken } = role;
  const parts = `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiry()}</Expiration>`;
  const result = `<AssumeRoleResult><Credentials>${parts}</Credentials></AssumeRoleResult>`;
  const metadata = '<ResponseMetadata><RequestId>0e0a5b4c-0000-0000-0000-000000000000</RequestId></ResponseMetadata>';
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}${metadata}</AssumeRoleResponse>`;
  return { status: 200, headers: xml, body };
}

/** STS GetCallerIdentity (query protocol). */
export function answerCaller(asked: Asked): Answer {
  if (!isKnown(asked))
    return { status: 403, headers: xml, body: refusalOf('InvalidClientTokenId', 'The security token included in the request is invalid') };
  const caller = `<Arn>arn:aws:iam::111122223333:user/signer</Arn><UserId>AIDATESTUSER00000001</UserId><Account>111122223333</Account>`;
  const result = `<GetCallerIdentityResult>${caller}</GetCallerIdentityResult>`;
  return {
    status: 200,
    headers: xml,
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetCallerIdentityResponse>`,
  };
}

function refusalOf(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

const xml = { 'content-type': 'text/xml' };

function expiry(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}
