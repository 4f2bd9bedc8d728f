// What the refusals of Google's services mean: google.rpc.Status in the REST body, by its canonical code.
import { type ErrorCode, NotationError } from '../../core/error.ts';
import type { HttpResponse } from '../../core/ports.ts';
import { quoteProvider } from '../../core/provider-text.ts';

/** One request, for messages. */
export interface Attempt {
  readonly service: 'Cloud KMS' | 'IAM';
  /** As IAM names it. */
  readonly permission: GcpPermission;
  /** The resource's name. */
  readonly resource: string;
  readonly host: string;
  /** What must not be repeated. */
  readonly secrets: readonly string[];
}

/** Each permission with the role to grant for it. */
const roles = {
  'cloudkms.cryptoKeyVersions.useToSign': 'roles/cloudkms.signer',
  'cloudkms.cryptoKeyVersions.viewPublicKey': 'roles/cloudkms.publicKeyViewer',
  'cloudkms.cryptoKeyVersions.get': 'roles/cloudkms.viewer',
  'cloudkms.cryptoKeyVersions.list': 'roles/cloudkms.viewer',
  'iam.serviceAccounts.getAccessToken': 'roles/iam.serviceAccountTokenCreator',
} as const;

export type GcpPermission = keyof typeof roles;

interface Said {
  readonly status: number;
  /** The canonical code's name; empty when there is none. */
  readonly code: string;
  readonly message: string;
  /** The reason of an ErrorInfo; empty when there is none. */
  readonly reason: string;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

/** A response that is no success, as ours. The service's own words go into the message, without secrets. */
export function toGoogleError(response: HttpResponse, attempt: Attempt): NotationError {
  const said = read(response, attempt.secrets);
  const { code, problem, hint } = meaningOf(said, attempt);
  const words = [said.code, said.reason, said.message].filter((word) => word !== '').join(': ');
  return new NotationError(code, `${attempt.host}: ${problem}${words === '' ? ` (status ${said.status})` : ` (${words})`}`, {
    hint,
    metadata: {
      status: String(said.status),
      ...(said.code !== '' && { providerCode: said.code }),
      ...(said.reason !== '' && { providerReason: said.reason }),
      ...((code === 'UNAVAILABLE' && said.code !== '') || said.status >= 500 ? { retryable: 'true' } : {}),
    },
  });
}

/** Whether the service said that the request, or the state of the key, does not let it. */
export function isObjection(error: unknown): error is NotationError {
  return error instanceof NotationError && ['INVALID_ARGUMENT', 'FAILED_PRECONDITION'].includes(error.metadata?.['providerCode'] ?? '');
}

/** Whether the service said that this identity may not. */
export function isDenied(error: unknown): error is NotationError {
  return error instanceof NotationError && error.metadata?.['providerCode'] === 'PERMISSION_DENIED';
}

function read({ status, body }: HttpResponse, secrets: readonly string[]): Said {
  const error = errorIn(Buffer.from(body).toString('utf8'));
  const details = Array.isArray(error?.details) ? (error.details as readonly unknown[]) : [];
  const reasons = details.map((detail) => wordIn((detail as { readonly reason?: unknown } | null)?.reason, /^[A-Z][A-Z0-9_]{1,63}$/));
  return {
    status,
    code: wordIn(error?.status, /^[A-Z][A-Z_]{1,31}$/),
    message: typeof error?.message === 'string' ? quoteProvider(error.message, secrets) : '',
    reason: reasons.find((reason) => reason !== '') ?? '',
  };
}

interface ErrorBody {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

function errorIn(text: string): ErrorBody | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: ErrorBody | null };
    return typeof error === 'object' && error !== null ? error : undefined;
  } catch {
    return undefined;
  }
}

/** Codes are repeated only if they look like what they should be: a service could put anything there. */
function wordIn(value: unknown, pattern: RegExp): string {
  return typeof value === 'string' && pattern.test(value) ? value : '';
}

function meaningOf(said: Said, attempt: Attempt): Meaning {
  const meaning = meanings[said.code];
  if (meaning !== undefined) return meaning(said, attempt);
  if (said.status === 401) return unauthenticated();
  if (said.status === 429) return throttled(attempt);
  if (said.status === 403) return denied(said, attempt);
  if (said.status === 408) return late(attempt);
  return { code: 'UNAVAILABLE', problem: `expected ${attempt.service}'s answer, found something else`, hint: checkEndpoint };
}

const checkEndpoint = 'check the endpoint (gcp_endpoint, CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS), and whether a proxy stands in for it';
const tryAgain = 'try again; see https://status.cloud.google.com when it goes on';

/** By canonical code (google/rpc/code.proto). */
const meanings: Readonly<Record<string, (said: Said, attempt: Attempt) => Meaning>> = {
  CANCELLED: (_, attempt) => failed(attempt),
  UNKNOWN: (_, attempt) => failed(attempt),
  INVALID_ARGUMENT: (_, attempt) => malformed(attempt),
  DEADLINE_EXCEEDED: (_, attempt) => late(attempt),
  NOT_FOUND: (_, attempt) => absent(attempt),
  ALREADY_EXISTS: (_, attempt) => failed(attempt),
  PERMISSION_DENIED: denied,
  RESOURCE_EXHAUSTED: (_, attempt) => throttled(attempt),
  FAILED_PRECONDITION: unready,
  ABORTED: (_, attempt) => failed(attempt),
  OUT_OF_RANGE: (_, attempt) => malformed(attempt),
  UNIMPLEMENTED: () => ({ code: 'UNAVAILABLE', problem: 'it does not know this request', hint: checkEndpoint }),
  INTERNAL: (_, attempt) => failed(attempt),
  UNAVAILABLE: (_, attempt) => failed(attempt),
  DATA_LOSS: (_, attempt) => failed(attempt),
  UNAUTHENTICATED: unauthenticated,
};

function failed({ permission }: Attempt): Meaning {
  return { code: 'UNAVAILABLE', problem: `${permission} failed`, hint: tryAgain };
}

function late({ permission }: Attempt): Meaning {
  return { code: 'TIMEOUT', problem: `${permission} took the service too long`, hint: tryAgain };
}

function throttled({ service }: Attempt): Meaning {
  return {
    code: 'THROTTLED',
    problem: 'too many requests',
    hint: `sign less at once, ask for a higher ${service} quota of the project, or raise the plugin config option timeout`,
  };
}

function absent({ service, resource }: Attempt): Meaning {
  if (service === 'IAM') return { code: 'ACCESS_DENIED', problem: `no service account ${resource}`, hint: 'check gcp_impersonate' };
  const hint = 'check the project, location, key ring, key and version in the key id';
  return { code: 'KEY_NOT_FOUND', problem: `no ${resource}`, hint };
}

function malformed({ service, permission, resource }: Attempt): Meaning {
  if (service === 'IAM')
    return { code: 'CONFIG', problem: `no token can be had for ${resource}`, hint: 'check gcp_impersonate and its delegates' };
  if (permission !== 'cloudkms.cryptoKeyVersions.useToSign' && permission !== 'cloudkms.cryptoKeyVersions.viewPublicKey')
    return { code: 'KEY_NOT_FOUND', problem: `${resource} cannot be asked for`, hint: 'check the key id' };
  return {
    code: 'KEY_UNUSABLE',
    problem: `${resource} cannot make this signature`,
    hint: "sign with a version whose purpose is ASYMMETRIC_SIGN and whose algorithm is the certificate's: notation-ts-kms key describe tells it",
  };
}

/** What to do about each state of a version. */
const states: readonly (readonly [state: RegExp, hint: string])[] = [
  [/PENDING_GENERATION|PENDING_IMPORT/, 'wait until it is made or imported'],
  [/DESTROY_SCHEDULED/, 'take it back with gcloud kms keys versions restore, or name another version in the key id'],
  [
    /DESTROYED|GENERATION_FAILED|IMPORT_FAILED|PENDING_EXTERNAL_DESTRUCTION|EXTERNAL_DESTRUCTION_FAILED/,
    'it is gone for good: name another version in the key id',
  ],
  [/DISABLED|not enabled/i, 'enable it with gcloud kms keys versions enable, or name another version in the key id'],
];

function unready({ message }: Said, { resource }: Attempt): Meaning {
  const hint = states.find(([state]) => state.test(message))?.[1] ?? 'notation-ts-kms key describe tells its state';
  return { code: 'KEY_UNUSABLE', problem: `${resource} cannot be used now`, hint };
}

/** What is denied for other reasons than a missing role, by ErrorInfo's reason. */
const reasons: Readonly<Record<string, string>> = {
  SERVICE_DISABLED: 'enable the API for the project with gcloud services enable cloudkms.googleapis.com iamcredentials.googleapis.com',
  USER_PROJECT_DENIED:
    'grant roles/serviceusage.serviceUsageConsumer on the quota project, or choose another with GOOGLE_CLOUD_QUOTA_PROJECT',
  CONSUMER_INVALID: 'check the project, and the quota project of the credentials',
  BILLING_DISABLED: 'enable billing for the project',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: `give the machine or the login the scope https://www.googleapis.com/auth/cloud-platform`,
  SECURITY_POLICY_VIOLATED: 'let this identity and network through the VPC Service Controls perimeter',
};

function denied({ reason }: Said, { permission, resource }: Attempt): Meaning {
  const known = reasons[reason];
  if (known !== undefined) return { code: 'ACCESS_DENIED', problem: `${permission} is refused`, hint: known };
  return {
    code: 'ACCESS_DENIED',
    problem: `this identity has no permission ${permission} on ${resource}`,
    hint: `grant it the role ${roles[permission]} there; a new grant takes some minutes`,
  };
}

function unauthenticated(): Meaning {
  return {
    code: 'ACCESS_DENIED',
    problem: 'the token is not accepted',
    hint: "log in again, check that the service account and its key are there and enabled, and this machine's clock",
  };
}
