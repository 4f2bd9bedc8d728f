// What Key Vault's refusals mean, and what to do about each.
import { NotationError, ownErrorIn } from '../../core/error.ts';
import type { HttpResponse } from '../../core/ports.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import { codeIn, requestIdIn } from './text.ts';

/** One request to a vault, for messages. */
export interface Asked {
  readonly host: string;
  readonly kind: 'vault' | 'hsm';
  /** As access policies name it. */
  readonly permission: 'keys/sign' | 'keys/get' | 'keys/list' | 'certificates/get' | 'secrets/get';
  readonly name: string;
  readonly version?: string;
}

/** Key Vault's error body, as far as it could be read. */
interface Said {
  readonly status: number;
  readonly code: string;
  readonly inner: string;
  readonly message: string;
  readonly requestId: string;
}

/**
 * Any failure of one of the SDK's clients as a `NotationError`; one of ours that the SDK passed on stays what it is.
 * What the vault said is read from its answer, for the SDK cannot read every refusal. The SDK's own error is not kept as the cause: it
 * holds the request with its token.
 */
export function toVaultError(error: unknown, answer: HttpResponse | undefined, asked: Asked): NotationError {
  const ours = ownErrorIn(error);
  if (ours !== undefined) return ours;
  return answer === undefined || answer.status < 400 ? withoutRefusal(error, asked) : refusal(read(answer), asked);
}

/** Whether a vault said that this identity may not see a thing; not that it has no token, and not that its network is closed. */
export function isDenied(error: unknown): error is NotationError {
  const { status, providerInnerCode: inner = '' } = metadataIn(error);
  return status === '403' && error instanceof NotationError && !isNetworkRule({ inner, message: error.message });
}

/** Whether a vault said that there is no such thing. */
export function isAbsent(error: unknown): error is NotationError {
  return metadataIn(error)['status'] === '404';
}

/** Whether a vault said that this version of a key cannot sign so, whoever asks. */
export function isUnusable(error: unknown): boolean {
  const { status, providerInnerCode: inner = '' } = metadataIn(error);
  return status === '400' || status === '409' || (status === '403' && isState({ inner, message: '' }));
}

function metadataIn(error: unknown): Readonly<Record<string, string>> {
  return error instanceof NotationError ? (error.metadata ?? {}) : {};
}

function read({ status, headers, body }: HttpResponse): Said {
  const error = parseBody(Buffer.from(body).toString('utf8'));
  return {
    status,
    code: codeIn(error?.code),
    inner: codeIn(error?.innererror?.code),
    // What is not there is told in one sentence; general advice and links follow.
    message: quoteProvider(textOf(error?.message).split(status === 404 ? '. ' : '\n', 1)[0] ?? ''),
    requestId: requestIdIn(headers),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface ErrorBody {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly innererror?: { readonly code?: unknown };
}

function parseBody(text: string): ErrorBody | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: ErrorBody | null };
    return typeof error === 'object' && error !== null ? error : undefined;
  } catch {
    return undefined;
  }
}

type Answer = Pick<NotationError, 'code'> & { readonly problem: string; readonly hint: string };

function refusal(said: Said, asked: Asked): NotationError {
  const { code, problem, hint } = meaningOf(said, asked);
  const words = [said.code, said.inner, said.message].filter((word) => word !== '').join(': ');
  return new NotationError(code, `${asked.host}: ${problem}${words === '' ? '' : ` (${words})`}`, { hint, metadata: metadataOf(said) });
}

function metadataOf({ status, code, inner, requestId }: Said): Readonly<Record<string, string>> {
  return {
    status: String(status),
    ...(code !== '' && { providerCode: code }),
    ...(inner !== '' && { providerInnerCode: inner }),
    ...(requestId !== '' && { requestId }),
  };
}

function meaningOf(said: Said, asked: Asked): Answer {
  const { status } = said;
  if (status === 401) return { code: 'ACCESS_DENIED', problem: 'the token is not accepted', hint: foreignTenant };
  if (status === 403) return isState(said) ? { ...unusable(asked), code: 'ACCESS_DENIED' } : denied(said, asked);
  if (status === 404) return absent(asked);
  if (status === 400) return asked.permission === 'keys/sign' ? unusable(asked) : malformed(asked);
  if (status === 409) return unusable(asked);
  if (status === 429) return { code: 'THROTTLED', problem: 'too many requests', hint: throttled };
  if (status === 408) return { code: 'TIMEOUT', problem: `${asked.permission} took the vault too long`, hint: tryAgain };
  return { code: 'UNAVAILABLE', problem: `${asked.permission} failed with status ${status}`, hint: tryAgain };
}

const foreignTenant = 'use an identity of the tenant that the vault belongs to: plugin config option tenant_id';
const throttled = 'sign again later; a vault counts all of its users within 10 seconds, so spread keys over several vaults';
const tryAgain = 'try again; see https://status.azure.com when it goes on';

/** 403 is also the answer of a key that is disabled, out of its dates, or not for this operation. */
function isState({ inner, message }: Pick<Said, 'inner' | 'message'>): boolean {
  if (/^ForbiddenBy/.test(inner) || isNetworkRule({ inner, message })) return false;
  return (
    /Disabled|Expired|NotYetValid|OperationForbidden/i.test(inner) || /disabled|expired|not yet valid|not permitted on this/i.test(message)
  );
}

function isNetworkRule({ inner, message }: Pick<Said, 'inner' | 'message'>): boolean {
  if (inner === 'ForbiddenByFirewall' || inner === 'ForbiddenByConnection') return true;
  return /client address is not authorized|public network access is disabled|approved private link/i.test(message);
}

function unusable(asked: Asked): Answer {
  return {
    code: 'KEY_UNUSABLE',
    problem: `${objectOf(asked)} cannot be used for ${asked.permission}`,
    hint: 'enable it, correct its dates or its key operations, or use another version: az keyvault key show tells its state',
  };
}

function malformed(asked: Asked): Answer {
  return { code: 'KEY_NOT_FOUND', problem: `${objectOf(asked)} cannot be asked for`, hint: 'check the name and the version in the key id' };
}

function absent(asked: Asked): Answer {
  const chain = asked.permission.startsWith('keys/') ? '' : ', or name the file that holds the whole chain with cert_chain';
  return { code: 'KEY_NOT_FOUND', problem: `no ${objectOf(asked)}`, hint: `check the key id, and whether it was deleted${chain}` };
}

function denied(said: Said, asked: Asked): Answer {
  if (isNetworkRule(said)) {
    const hint = "let this machine's address through the vault's firewall, or use its private endpoint";
    return { code: 'ACCESS_DENIED', problem: 'its network rules refuse this machine', hint };
  }
  const problem = `this identity has no permission ${asked.permission} on ${objectOf(asked)}`;
  return { code: 'ACCESS_DENIED', problem, hint: `${grantFor(said.inner, asked)}; a new grant takes some minutes` };
}

const roles: Readonly<Record<Asked['permission'], string>> = {
  'keys/sign': 'Key Vault Crypto User',
  'keys/get': 'Key Vault Crypto User',
  'keys/list': 'Key Vault Crypto User',
  'certificates/get': 'Key Vault Certificate User',
  'secrets/get': 'Key Vault Secrets User',
};

/** What works without the permission. */
const instead: Readonly<Partial<Record<Asked['permission'], string>>> = {
  'keys/list': '; or write the version into the key id',
  'secrets/get': '; or name the issuers with the plugin config option ca_certs',
};

function grantFor(inner: string, { kind, permission }: Asked): string {
  if (kind === 'hsm') return 'assign it the local role Managed HSM Crypto User for this key';
  const role = `assign it the role ${roles[permission]} on the vault`;
  const [area = '', verb = ''] = permission.split('/');
  const policy = `give it the ${area.slice(0, -1)} permission ${verb} in the vault's access policy`;
  const grant = inner === 'ForbiddenByRbac' ? role : inner === 'ForbiddenByPolicy' ? policy : `${role}, or ${policy}`;
  return `${grant}${instead[permission] ?? ''}`;
}

function objectOf({ permission, name, version }: Asked): string {
  const kind = permission.slice(0, permission.indexOf('/') - 1);
  return `${kind} ${JSON.stringify(name)}${version === undefined ? '' : ` of version ${version}`}`;
}

/** The SDK refuses to hand a token to a host that is no part of the domain which the token is for. Its other sentences are about itself. */
function withoutRefusal(error: unknown, { host, permission }: Asked): NotationError {
  const [found = ''] = quoteProvider(error instanceof Error ? error.message : String(error)).split('. ', 1);
  if (/^The challenge/.test(found)) {
    return new NotationError('ACCESS_DENIED', `${host}: it asks for a token of another domain, which it was not given (${found})`, {
      hint: "use the vault's own host name; emulators are believed on localhost only",
    });
  }
  return new NotationError('UNAVAILABLE', `${host}: expected Key Vault's answer to ${permission}, found something else`, {
    hint: 'check that the key id names a Key Vault, and that no proxy answers in its place',
  });
}
