// What the refusals of Vault and OpenBao mean, and what to do about each.
import { type ErrorCode, NotationError } from '../../core/error.ts';
import type { HttpResponse } from '../../core/ports.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import type { VaultProduct } from './key-id.ts';

/** One request, for messages. */
export interface Attempt {
  readonly action: 'log in' | 'look at the token' | 'sign' | 'read the key' | 'read the chain';
  /** Below `/v1/`. */
  readonly path: string;
  readonly product: VaultProduct;
  readonly host: string;
  /** What must not be repeated. */
  readonly secrets: readonly string[];
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

/** A response that is no success, as ours. The server's own words go into the message, without secrets. */
export function toVaultError({ status, body }: HttpResponse, attempt: Attempt): NotationError {
  const words = quoteProvider(wordsOf(body), attempt.secrets);
  const { code, problem, hint } = meaningOf(status, words, attempt);
  const quoted = words === '' ? '' : ` (${words})`;
  return new NotationError(code, `${attempt.host}: ${problem}${quoted}`, { hint, metadata: { status: String(status) } });
}

/** Whether a server said that there is no such secret, or that this token may not read it. */
export function isUnreadable(error: unknown): error is NotationError {
  return error instanceof NotationError && ['403', '404'].includes(error.metadata?.['status'] ?? '');
}

/** Whether these words tell of something that asking again does not change, though the server takes it for its own failure (status 500). */
export function isLasting(words: string): boolean {
  return tooOld.test(words);
}

/** "requested version for signing is less than the minimum encryption key version" */
const tooOld = /less than the minimum|cannot find version|requested version/i;

/** What one item of a batch failed with: its words are those of a refusal with status 400. */
export function toItemError(words: string, attempt: Attempt): NotationError {
  return toVaultError({ status: 400, headers: {}, body: Buffer.from(JSON.stringify({ errors: [words] })) }, attempt);
}

/** What a server says of a failure: `{"errors": ["1 error occurred:\n\t* permission denied\n\n"]}` says its sentence behind a list's head. */
export function wordsOf(body: Uint8Array): string {
  try {
    const { errors } = JSON.parse(Buffer.from(body).toString('utf8')) as { readonly errors?: unknown };
    const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === 'string') : [];
    return texts.map((text) => text.replace(/^\s*\d+ errors? occurred:\s*\*?\s*/, '').trim()).join('; ');
  } catch {
    return '';
  }
}

function meaningOf(status: number, words: string, attempt: Attempt): Meaning {
  const { action, path, product } = attempt;
  if (action === 'log in' && (status === 400 || status === 403)) {
    return {
      code: 'ACCESS_DENIED',
      problem: `the login at ${path} was refused`,
      hint: 'check the role, its bindings, and what is logged in with',
    };
  }
  if (status === 403) return { code: 'ACCESS_DENIED', problem: `this token may not ${action}`, hint: policyFor(attempt) };
  if (status === 404) return { code: 'KEY_NOT_FOUND', problem: `nothing is at ${path}`, hint: mountHint(attempt) };
  if (status === 400 || isLasting(words)) return badRequest(words, attempt);
  if (status === 429)
    return { code: 'THROTTLED', problem: 'too many requests', hint: 'sign again later, or have the rate limit quota raised' };
  if (status === 503 && /sealed/i.test(words)) {
    return { code: 'UNAVAILABLE', problem: `${product} is sealed`, hint: `have whoever runs it unseal it` };
  }
  if (status === 472 || status === 473 || (status >= 300 && status < 400)) {
    return { code: 'UNAVAILABLE', problem: 'this node is on standby and passes nothing on', hint: 'set the address of the active node' };
  }
  return {
    code: 'UNAVAILABLE',
    problem: `expected to ${action}, found status ${status}`,
    hint: 'try again, or ask whoever runs the server',
  };
}

/** "signing key not found" is told as a bad request. */
function badRequest(words: string, { action, path, product }: Attempt): Meaning {
  if (/key not found/i.test(words)) {
    return {
      code: 'KEY_NOT_FOUND',
      problem: `no Transit key is at ${path}`,
      hint: 'check the name in the key id, transit_key and transit_mount',
    };
  }
  if (isLasting(words)) {
    return {
      code: 'KEY_UNUSABLE',
      problem: 'this version of the key may not sign',
      hint: "lower the key's min_encryption_version, or use a certificate of a newer version",
    };
  }
  if (/namespace/i.test(words)) return { code: 'CONFIG', problem: 'there is no such namespace', hint: 'check vault_namespace' };
  return {
    code: 'KEY_UNUSABLE',
    problem: `${product} refused to ${action}`,
    hint: 'the key must be of type rsa-2048, rsa-3072, rsa-4096 or ecdsa-p256, -p384, -p521',
  };
}

function policyFor({ action, path, product }: Attempt): string {
  const capability = action === 'sign' ? 'update' : 'read';
  const rule = `path "${path}" { capabilities = ["${capability}"] }`;
  return `check that the token is still valid, and that its policy has: ${rule}; ${product} answers so for a wrong namespace or mount too`;
}

function mountHint({ action }: Attempt): string {
  if (action === 'read the chain') return 'check kv_mount and kv_path, or name a file with cert_chain';
  return action === 'log in' ? 'check vault_auth_mount' : 'check the name in the key id, transit_key, transit_mount and vault_namespace';
}
