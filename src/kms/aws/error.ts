// What AWS says when it does not sign, as ours: the exceptions of KMS, of the services that give credentials, and of the SDK itself.
import { type ErrorCode, NotationError, ownErrorIn } from '../../core/error.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import type { AwsPlace } from './place.ts';

/** What was asked when it failed. */
export interface AwsAttempt {
  /** As IAM names it, or what else was sought. */
  readonly action: 'kms:Sign' | 'kms:GetPublicKey' | 'kms:DescribeKey' | 'sts:AssumeRole' | 'sts:GetCallerIdentity' | 'credentials';
  /** The key, the role, or the profile if one is named; empty for nothing of the kind. */
  readonly of: string;
  readonly place: AwsPlace;
  /** What must not be repeated. */
  readonly secrets: readonly string[];
}

/** Any failure of an AWS call as ours. What is ours already, as network failures are, stays as it is. */
export function toAwsError(cause: unknown, attempt: AwsAttempt): NotationError {
  const ours = ownErrorIn(cause);
  if (ours !== undefined) return ours;
  const said = saidIn(cause);
  return said === undefined ? nonsense(cause, attempt) : refusal(said, attempt);
}

/** The exception's name and words, and the facts of the response that it came with. */
interface Said {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly hint: string | ((attempt: AwsAttempt) => string);
}

const allow = ({ action }: AwsAttempt) => {
  if (action === 'credentials') return 'let this identity use the role or the profile';
  if (action === 'sts:AssumeRole')
    return "allow sts:AssumeRole for this identity, and name it in the role's trust policy (with aws_external_id, if that asks for one)";
  return `allow ${action} for this identity in the key policy, or in its IAM policy where the key policy lets IAM decide`;
};
const checkKey = ({ place }: AwsAttempt) =>
  `check the key id, the account, and that ${place.region} is the key's region (aws_region, AWS_REGION)`;
const checkIdentity = 'check the access key, its secret and the session token, or log in again';
const checkSecret = "check the secret access key, and this machine's clock";
const findCredentials = ({ of }: AwsAttempt) =>
  of === ''
    ? 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with aws_profile, log in with `aws sso login`, or run where an instance, container or web identity role is'
    : 'check that the shared files have this profile, and what it gets its credentials from; an SSO session is renewed by `aws sso login`';
const enable = 'enable the key, or cancel its deletion, or sign with another key';
const useSigningKey =
  'sign with an asymmetric KMS key whose usage is SIGN_VERIFY, of RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384 or ECC_NIST_P521';
const waitThrottle = 'sign less at once, ask AWS for a higher KMS request quota, or raise the plugin config option timeout';
const tryAgain = 'try again, or raise the plugin config option timeout';
const tryLater = 'try again later';

/** Exceptions by name, without the ending "Exception", which some services write and others do not. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ...all(['NotFound'], 'KEY_NOT_FOUND', checkKey),
  ...all(['InvalidArn', 'Validation'], 'REQUEST', checkKey),
  ...all(['InvalidKeyUsage', 'UnsupportedOperation'], 'KEY_UNUSABLE', useSigningKey),
  ...all(['Disabled', 'KMSInvalidState', 'InvalidState'], 'KEY_UNUSABLE', enable),
  ...all(['AccessDenied', 'NotAuthorized', 'OptInRequired', 'InvalidGrantToken', 'UnauthorizedOperation'], 'ACCESS_DENIED', allow),
  ...all(
    [
      'UnrecognizedClient',
      'InvalidClientTokenId',
      'ExpiredToken',
      'MissingAuthenticationToken',
      'AuthFailure',
      'InvalidIdentityToken',
      'IDPRejectedClaim',
      'IDPCommunicationError',
      'Unauthorized',
    ],
    'ACCESS_DENIED',
    checkIdentity,
  ),
  ...all(
    ['InvalidSignature', 'SignatureDoesNotMatch', 'IncompleteSignature', 'RequestExpired', 'RequestTimeTooSkewed'],
    'ACCESS_DENIED',
    checkSecret,
  ),
  ...all(['CredentialsProviderError', 'TokenProviderError', 'ProviderError'], 'ACCESS_DENIED', findCredentials),
  ...all(
    [
      'Throttling',
      'Throttled',
      'TooManyRequests',
      'LimitExceeded',
      'RequestLimitExceeded',
      'RequestThrottled',
      'BandwidthLimitExceeded',
      'PriorRequestNotComplete',
      'SlowDown',
    ],
    'THROTTLED',
    waitThrottle,
  ),
  ...all(['DependencyTimeout', 'RequestTimeout', 'TimeoutError', 'AbortError'], 'TIMEOUT', tryAgain),
  ...all(
    ['KeyUnavailable', 'KMSInternal', 'InternalFailure', 'InternalError', 'ServiceUnavailable', 'CloudHsmClusterNotActive'],
    'UNAVAILABLE',
    tryLater,
  ),
]);

function all(names: readonly string[], code: ErrorCode, hint: Meaning['hint']): readonly (readonly [string, Meaning])[] {
  return names.map((name) => [name, { code, hint }]);
}

/** By its name, or else by its status. */
function meaningOf({ name, status }: Said): Meaning {
  const known = meanings.get(name.replace(/Exception$/, ''));
  if (known !== undefined) return known;
  if (status === 429) return { code: 'THROTTLED', hint: waitThrottle };
  if (status === 401 || status === 403) return { code: 'ACCESS_DENIED', hint: allow };
  return { code: 'UNAVAILABLE', hint: tryLater };
}

function refusal(said: Said, attempt: AwsAttempt): NotationError {
  const { code, hint } = meaningOf(said);
  return new NotationError(
    code,
    `${placeOf(attempt)}: ${quoteProvider(said.name, attempt.secrets)}: ${quoteProvider(said.message, attempt.secrets)}`,
    {
      hint: typeof hint === 'string' ? hint : hint(attempt),
      metadata: {
        providerCode: quoteProvider(said.name, attempt.secrets),
        ...(said.requestId !== undefined && { requestId: said.requestId }),
        ...(code === 'UNAVAILABLE' && { retryable: 'true' }),
      },
    },
  );
}

function placeOf({ action, of, place }: AwsAttempt): string {
  if (action === 'credentials') return `no AWS credentials${of === '' ? '' : ` in the profile ${JSON.stringify(of)}`}`;
  if (action === 'sts:AssumeRole') return `AWS STS in ${place.region}, ${action} for ${of}`;
  if (action === 'sts:GetCallerIdentity') return `AWS STS in ${place.region} (${hostOf(place)}), ${action}`;
  return `AWS KMS in ${place.region} (${hostOf(place)}), ${action} for ${of}`;
}

/** An answer that is no answer of AWS: an error page of a proxy, JSON cut off, a member of another kind. */
function nonsense(cause: unknown, { place, action }: AwsAttempt): NotationError {
  const status = statusOf(cause);
  const service = action === 'sts:GetCallerIdentity' ? 'AWS STS' : 'AWS KMS';
  return new NotationError(
    'UNAVAILABLE',
    `${hostOf(place)}: expected the answer of ${service} to ${action}, found something else${status === undefined ? '' : ` (status ${status})`}`,
    {
      hint: 'check the endpoint, and whether a proxy stands in for it',
    },
  );
}

function saidIn(cause: unknown): Said | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { $fault, $metadata, Code } = cause as SdkError;
  const fromService = $fault !== undefined && cause.name !== 'Unknown' && cause.name !== 'Error';
  const fromChain = /(Provider|Timeout|Abort)Error$/.test(cause.name);
  if (!fromService && !fromChain) return undefined;
  const requestId = $metadata?.requestId;
  return {
    name: wordIn(Code ?? cause.name),
    // A service may put anything there.
    message: typeof cause.message === 'string' ? cause.message : '',
    status: $metadata?.httpStatusCode,
    requestId: requestId !== undefined && /^[0-9A-Fa-f-]{8,64}$/.test(requestId) ? requestId : undefined,
  };
}

/** Names and ids are repeated only if they look like what they should be: a service could put anything there. */
function wordIn(name: string): string {
  return /^[A-Za-z][A-Za-z.]{0,63}$/.test(name) ? name : 'an error without a name';
}

interface SdkError {
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly Code?: string;
}

function statusOf(cause: unknown): number | undefined {
  return cause instanceof Error ? (cause as SdkError).$metadata?.httpStatusCode : undefined;
}

function hostOf({ endpoint }: AwsPlace): string {
  return new URL(endpoint).host;
}
