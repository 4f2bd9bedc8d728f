// One key, one place, one identity: what is asked of AWS KMS, with failures as ours.
import type { DescribeKeyResponse, GetPublicKeyResponse } from '@aws-sdk/client-kms';
import { NotationError } from '../../core/error.ts';
import { once } from '../../core/once.ts';
import type { Environment, Http, HttpResponse } from '../../core/ports.ts';
import { version } from '../../core/version.ts';
import { type Verdict, withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import type { Caller } from './caller.ts';
import { type AwsCredentials, findCredentials } from './credentials.ts';
import { toAwsError } from './error.ts';
import { type AwsPlace, stsEndpoint } from './place.ts';
import { type KmsOperations, openWire } from './wire.ts';

export interface AwsSession {
  /** Signs a digest. One request. @throws NotationError */
  sign(digest: Uint8Array, algorithm: SigningAlgorithm): Promise<Uint8Array>;
  getPublicKey(): Promise<GetPublicKeyResponse>;
  describeKey(): Promise<DescribeKeyResponse>;
  /** Asks to sign a digest in a dry run. Undefined when it would be signed; the signature where the service knows no dry runs. @throws NotationError */
  tryToSign(digest: Uint8Array, algorithm: SigningAlgorithm): Promise<Uint8Array | undefined>;
  /** Those that sign the requests. @throws NotationError when there are none */
  credentials(): Promise<AwsCredentials>;
  /** Whose they are. @throws NotationError also where STS is out of reach */
  caller(): Promise<Caller>;
}

type SigningAlgorithm = KmsOperations['Sign']['input']['SigningAlgorithm'];

/** Opens the way to one key; nothing is asked before the first operation. */
export function openSession(key: string, place: AwsPlace, context: KeyContext): AwsSession {
  const http = withRetries(context.http, judgeAws, context);
  const credentials = once(() => identify(place, http, context));
  const wire = once(async () => openWire(place, await credentials(), http, `notation-ts-kms/${version}`));
  const call = async <O extends keyof KmsOperations>(name: O, input: KmsOperations[O]['input']) => {
    const { call, secrets } = await wire();
    return call(name, input).catch((cause: unknown) => {
      throw toAwsError(cause, { place, action: `kms:${name}`, of: key, secrets: secrets() });
    });
  };
  const sign = async (digest: Uint8Array, algorithm: SigningAlgorithm, more: { readonly DryRun?: true } = {}) => {
    const asked = { KeyId: key, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: algorithm, ...more } as const;
    const { Signature: signature } = await call('Sign', asked);
    if (signature instanceof Uint8Array && signature.length > 0) return signature;
    throw toAwsError(undefined, { place, action: 'kms:Sign', of: key, secrets: [] });
  };
  return {
    sign: (digest, algorithm) => sign(digest, algorithm),
    tryToSign: (digest, algorithm) => sign(digest, algorithm, { DryRun: true }).catch(onlyAllowed),
    credentials,
    caller: () => callerOf(credentials, place, http, context),
    getPublicKey: () => call('GetPublicKey', { KeyId: key }),
    describeKey: () => call('DescribeKey', { KeyId: key }),
  };
}

/** KMS says by an exception that a dry run succeeded. */
function onlyAllowed(error: unknown): undefined {
  if (error instanceof NotationError && error.metadata?.['providerCode'] === 'DryRunOperationException') return undefined;
  throw error;
}

async function callerOf(identify: () => Promise<AwsCredentials>, place: AwsPlace, http: Http, context: KeyContext): Promise<Caller> {
  const credentials = await identify();
  const endpoint = await stsEndpoint(place.region, context);
  const { askCaller } = await import('./caller.ts');
  return askCaller(endpoint, place.region, credentials, http).catch((cause: unknown) => {
    const secrets = [credentials.secretAccessKey, credentials.sessionToken ?? ''];
    throw toAwsError(cause, { place: { ...place, endpoint }, action: 'sts:GetCallerIdentity', of: '', secrets });
  });
}

async function identify(place: AwsPlace, http: Http, context: KeyContext): Promise<AwsCredentials> {
  try {
    return await findCredentials(place, http, context);
  } catch (cause) {
    const { aws_role_arn: role, aws_profile: profile } = context.settings.text;
    const action = role === undefined ? 'credentials' : 'sts:AssumeRole';
    const of = role ?? profile ?? context.environment['AWS_PROFILE'] ?? '';
    throw toAwsError(cause, { place, action, of, secrets: secretsOf(context.environment) });
  }
}

function secretsOf({
  AWS_SECRET_ACCESS_KEY: key,
  AWS_SESSION_TOKEN: token,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: container,
}: Environment): readonly string[] {
  return [key ?? '', token ?? '', container ?? ''];
}

/** AWS says "too many requests" with status 400 and the exception's name. */
function judgeAws({ status, headers, body }: HttpResponse): Verdict {
  if (status === 429) return 'throttled';
  if (status >= 500) return 'again';
  if (status < 400) return 'final';
  const name = headers['x-amzn-errortype'] ?? /"__type"\s*:\s*"([^"]*)"/.exec(Buffer.from(body).toString('latin1'))?.[1] ?? '';
  return /Throttl|TooManyRequests|LimitExceeded|SlowDown|PriorRequestNotComplete/.test(name) ? 'throttled' : 'final';
}
