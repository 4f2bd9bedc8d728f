// One key, one place, one identity: what is asked of AWS KMS, with failures as ours.
import type { DescribeKeyResponse, GetPublicKeyResponse } from '@aws-sdk/client-kms';
import { once } from '../../core/once.ts';
import type { Environment, Http, HttpResponse } from '../../core/ports.ts';
import { version } from '../../core/version.ts';
import { type Verdict, withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import { type AwsCredentials, findCredentials } from './credentials.ts';
import { toAwsError } from './error.ts';
import type { AwsPlace } from './place.ts';
import { type KmsOperations, openWire } from './wire.ts';

export interface AwsSession {
  /** Signs a digest. One request. @throws NotationError */
  sign(digest: Uint8Array, algorithm: KmsOperations['Sign']['input']['SigningAlgorithm']): Promise<Uint8Array>;
  getPublicKey(): Promise<GetPublicKeyResponse>;
  describeKey(): Promise<DescribeKeyResponse>;
}

/** Opens the way to one key; nothing is asked before the first operation. */
export function openSession(key: string, place: AwsPlace, context: KeyContext): AwsSession {
  const http = withRetries(context.http, judgeAws, context);
  const wire = once(async () => openWire(place, await identify(place, http, context), http, `notation-ts-kms/${version}`));
  const call = async <O extends keyof KmsOperations>(name: O, input: KmsOperations[O]['input']) => {
    const { call, secrets } = await wire();
    return call(name, input).catch((cause: unknown) => {
      throw toAwsError(cause, { place, action: `kms:${name}`, of: key, secrets: secrets() });
    });
  };
  return {
    sign: async (digest, algorithm) => {
      const { Signature: signature } = await call('Sign', {
        KeyId: key,
        Message: digest,
        MessageType: 'DIGEST',
        SigningAlgorithm: algorithm,
      });
      if (signature instanceof Uint8Array && signature.length > 0) return signature;
      throw toAwsError(undefined, { place, action: 'kms:Sign', of: key, secrets: [] });
    },
    getPublicKey: () => call('GetPublicKey', { KeyId: key }),
    describeKey: () => call('DescribeKey', { KeyId: key }),
  };
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
