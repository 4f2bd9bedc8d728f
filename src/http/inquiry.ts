// Questions to public servers, each with a patience of its own: timestamp authorities, OCSP responders, and servers of CRLs.
import { type ErrorCode, NotationError, ownErrorIn, restated } from '../core/error.ts';
import type { Http, HttpRequest, HttpResponse } from '../core/ports.ts';
import { version } from '../core/version.ts';

export interface Inquiry {
  readonly http: Http;
  /** For a whole answer, redirects and all. */
  readonly patienceMs: number;
  /** Who is asked, before what is wrong in messages: `timestamp`, `CRL`. */
  readonly who: string;
  /** The code of an answer that breaks a rule. */
  readonly code: ErrorCode;
  readonly hint: string;
  /** Makes the request for where a redirect leads; the same request when absent. @throws NotationError for where it must not go */
  readonly moved?: (request: HttpRequest, to: URL, from: URL) => HttpRequest;
}

const maximumRedirects = 10;

/**
 * Sends a request, follows redirects, and answers the response of status 200.
 * @throws NotationError `inquiry.code`; `ACCESS_DENIED`, `THROTTLED`, `UNAVAILABLE` by the status; `TIMEOUT` when the patience ends; what the network says
 */
export async function inquire(request: HttpRequest, inquiry: Inquiry): Promise<HttpResponse> {
  const { http, patienceMs, who } = inquiry;
  const signal = AbortSignal.timeout(patienceMs);
  const headers = { ...request.headers, 'user-agent': `notation-ts-kms/${version}` };
  try {
    return await follow({ ...request, headers, signal }, inquiry, http, 0);
  } catch (cause) {
    const own = ownErrorIn(cause);
    if (!own) throw cause;
    if (signal.aborted && own.code === 'TIMEOUT') throw tooLate(request.url, inquiry, cause);
    throw restated(own, `${who}: ${own.message}`);
  }
}

async function follow(request: HttpRequest, inquiry: Inquiry, http: Http, redirects: number): Promise<HttpResponse> {
  const response = await http.send(request);
  const from = new URL(request.url);
  if (response.status === 200) return response;
  if (!isRedirect(response, request.method)) throw badStatus(response.status, from, inquiry);
  if (redirects === maximumRedirects) throw refusal(from, `at most ${maximumRedirects} redirects, found more`, inquiry);
  const to = redirectOf(response, from, inquiry);
  return follow(inquiry.moved?.(request, to, from) ?? { ...request, url: to.href }, inquiry, http, redirects + 1);
}

/** A redirect that turns POST into GET (301, 302, 303) would ask nothing. */
function isRedirect({ status }: HttpResponse, method: string): boolean {
  const followed: readonly number[] = method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308];
  return followed.includes(status);
}

function redirectOf({ headers: { location } }: HttpResponse, from: URL, inquiry: Inquiry): URL {
  const to = location ? URL.parse(location, from.href) : null;
  if (to && /^https?:$/.test(to.protocol)) return to;
  throw refusal(from, 'a redirect to an http: or https: URL, found another', inquiry);
}

function badStatus(status: number, { host }: URL, { code, hint }: Inquiry): NotationError {
  const meaning = codes.get(status) ?? (status >= 500 ? 'UNAVAILABLE' : code);
  return new NotationError(meaning, `${host}: expected status 200, found ${status}`, { hint });
}

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [429, 'THROTTLED'],
]);

/** The error of an answer that is not as it should be. */
export function refusal({ host }: URL, problem: string, { code, hint }: Pick<Inquiry, 'code' | 'hint'>): NotationError {
  return new NotationError(code, `${host}: expected ${problem}`, { hint });
}

function tooLate(url: string, { who, patienceMs, hint }: Inquiry, cause: unknown): NotationError {
  const problem = `${who}: ${new URL(url).host}: expected an answer within ${patienceMs / 1000} s, found none`;
  return new NotationError('TIMEOUT', problem, { cause, hint });
}
