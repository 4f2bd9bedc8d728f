// Why no token could be had, in one sentence.
import { NotationError, ownErrorIn } from '../../core/error.ts';
import type { HttpResponse } from '../../core/ports.ts';
import { quoteProvider } from '../../core/provider-text.ts';

/** The credentials that Google's library exchanges for tokens, by the type in their file. */
export type LibraryType = 'authorized_user' | 'external_account' | 'external_account_authorized_user';

/** The last exchange of a credential. */
export interface Exchange {
  readonly host: string;
  readonly status: number;
  /** The code of an OAuth error (RFC 6749 §5.2), or of one of Google's; empty when there is none. */
  readonly code: string;
  readonly description: string;
}

/** How a response ended a request. */
export function exchangeOf(url: string, { status, body }: HttpResponse): Exchange {
  const said = read(Buffer.from(body).toString('utf8'));
  return { host: new URL(url).host, status, ...said };
}

/**
 * A failure of one of the library's clients: the network's own where that was the reason; otherwise what the service said last, or what the library
 * says of the file. The library's error is not kept as the cause: it holds the request with its secrets.
 */
export function toCredentialError(
  error: unknown,
  { type, path, secrets }: { readonly type: LibraryType; readonly path: string; readonly secrets: readonly string[] },
  last: Exchange | undefined,
): NotationError {
  const ours = ownErrorIn(error);
  if (ours !== undefined) return ours;
  if (last === undefined || last.status < 400) return withoutRefusal(error, { type, path, secrets }, last);
  const { host, status, code } = last;
  const words = [code, quoteProvider(last.description, secrets)].filter((word) => word !== '').join(': ');
  const details = {
    metadata: { status: String(status), ...(code !== '' && { providerCode: code }), ...(status >= 500 && { retryable: 'true' }) },
  };
  const told = words === '' ? `status ${status}` : words;
  if (status === 429)
    return new NotationError('THROTTLED', `${host}: too many requests for tokens (${told})`, { ...details, hint: 'sign less at once' });
  if (status === 408) return new NotationError('TIMEOUT', `${host}: the request for a token took too long`, { ...details, hint: later });
  if (status >= 500)
    return new NotationError('UNAVAILABLE', `${host}: the request for a token failed (${told})`, { ...details, hint: later });
  return new NotationError('ACCESS_DENIED', `${host}: no token for the credentials in ${path} (${told})`, {
    ...details,
    hint: hints[type],
  });
}

const later = 'try again later';

const hints: Readonly<Record<LibraryType, string>> = {
  authorized_user: 'sign in again with gcloud auth application-default login',
  external_account_authorized_user: 'sign in again with gcloud auth application-default login',
  external_account:
    "check the workload identity pool's provider: its issuer, audience, attribute condition, and that the service account lets the identity act as it",
};

/** The library's own sentences name a file or a member; those about programs repeat what the program wrote. */
function withoutRefusal(
  error: unknown,
  { type, path, secrets }: { readonly type: LibraryType; readonly path: string; readonly secrets: readonly string[] },
  last: Exchange | undefined,
): NotationError {
  if (last !== undefined) {
    return new NotationError('UNAVAILABLE', `${last.host}: expected a token, found something else`, {
      hint: `check the addresses in ${path}, and that no proxy answers in their place`,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const isProgram = /executable|output file/i.test(message);
  const [said] = isProgram ? [message.split(/ and error message|: /, 1)[0] ?? ''] : [message];
  return new NotationError('ACCESS_DENIED', `${path}: no token for these credentials (${quoteProvider(said, secrets)})`, {
    hint: isProgram ? 'check the program that credential_source.executable names' : hints[type],
  });
}

function read(text: string): Pick<Exchange, 'code' | 'description'> {
  try {
    const { error, error_description: description } = JSON.parse(text) as {
      readonly error?: unknown;
      readonly error_description?: unknown;
    };
    const { status, message } = (typeof error === 'object' && error !== null ? error : {}) as {
      readonly status?: unknown;
      readonly message?: unknown;
    };
    return { code: codeIn(status ?? error), description: textOf(description ?? message) };
  } catch {
    return { code: '', description: '' };
  }
}

function codeIn(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_]{1,40}$/.test(value) ? value : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
