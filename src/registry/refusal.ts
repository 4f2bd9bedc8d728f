import { type ErrorCode, NotationError } from '../core/error.ts';
import type { HttpResponse } from '../core/ports.ts';
import { quoteProvider } from '../core/provider-text.ts';

/**
 * What a response that was not hoped for means (distribution specification, "Error Codes").
 * @param host who answered
 * @param wanted what was expected of it, as in "the manifest v1"
 */
export function refusalOf(response: HttpResponse, host: string, wanted: string): NotationError {
  const { status } = response;
  const { code, hint } = meaningOf(status, host);
  const said = errorsIn(response);
  return new NotationError(code, `${host}: expected ${wanted}, found status ${status}${said === '' ? '' : `: ${said}`}`, {
    hint,
    metadata: { status: String(status) },
  });
}

/** Whether the registry gives one of these codes as its reason. */
export function hasErrorCode(response: HttpResponse, ...codes: readonly string[]): boolean {
  return parseErrors(response).some(({ code }) => codes.includes(code));
}

function meaningOf(status: number, host: string): { readonly code: ErrorCode; readonly hint: string } {
  if (status === 401 || status === 403) return { code: 'ACCESS_DENIED', hint: loginHint(host) };
  if (status === 404) return { code: 'NOT_FOUND', hint: 'check the registry, the repository, and the tag or digest' };
  if (status === 429) return { code: 'THROTTLED', hint: 'try again later, or with fewer requests at once' };
  if (status >= 500) return { code: 'UNAVAILABLE', hint: 'try again later' };
  return { code: 'UNAVAILABLE', hint: 'check whether the registry supports what is asked of it' };
}

/** What to do for want of a credential, or of the right to do something with it. */
export function loginHint(registry: string): string {
  return `run notation-ts-kms login ${registry}, and check that the user may do this there`;
}

interface RegistryError {
  readonly code: string;
  readonly message: string;
}

function errorsIn(response: HttpResponse): string {
  const [first] = parseErrors(response);
  return first === undefined ? '' : quoteProvider([first.code, first.message].filter((text) => text !== '').join(': '));
}

/** `{"errors": [{"code", "message"}]}`; token services write `{"details"}` or `{"error", "error_description"}`. */
function parseErrors({ body }: HttpResponse): readonly RegistryError[] {
  if (body.length === 0 || body.length > 65_536) return [];
  try {
    const said = JSON.parse(Buffer.from(body).toString('utf8')) as Readonly<Record<string, unknown>> | null;
    const { errors, details, error, error_description: description } = said ?? {};
    if (Array.isArray(errors)) return errors.map(toError);
    return [toError({ code: error, message: description ?? details })];
  } catch {
    return [];
  }
}

function toError(value: unknown): RegistryError {
  const { code, message } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' };
}
