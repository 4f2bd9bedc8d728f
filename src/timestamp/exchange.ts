// The Time-Stamp Protocol over HTTP (RFC 3161 §3.4).
import { type ErrorCode, NotationError, ownErrorIn } from '../core/error.ts';
import type { Http, HttpResponse } from '../core/ports.ts';
import { version } from '../core/version.ts';

/** Where a timestamp authority is, and how long it is waited for. */
export interface Authority {
  readonly url: URL;
  readonly http: Http;
  /** For a whole answer, redirects and all. */
  readonly patienceMs: number;
}

/**
 * The URL of a timestamp authority.
 * @throws NotationError `CONFIG` when it is no http: or https: URL
 */
export function parseAuthorityUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && isEncoded(url.username + url.password)) return url;
  throw new NotationError('CONFIG', 'timestamp URL: expected an http: or https: URL, found something else', {
    hint: 'give the address at which the timestamp authority answers requests by RFC 3161',
  });
}

/**
 * Posts a TimeStampReq and answers the TimeStampResp, unread.
 * @throws NotationError `TIMESTAMP` when the answer is no such thing; `ACCESS_DENIED`, `THROTTLED`, `UNAVAILABLE`, `TIMEOUT`
 */
export async function postTimestampRequest(request: Uint8Array, { url, http, patienceMs }: Authority): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const { body } = checkResponse(await post(request, url, http, signal, 0), url);
    return body;
  } catch (cause) {
    throw tell(cause, url, signal.aborted ? patienceMs : undefined);
  }
}

function isEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}

const queryType = 'application/timestamp-query';
const replyType = 'application/timestamp-reply';
/** Longer than any answer with its certificates; as the reference has it. */
const limit = 1 << 20;
const maximumRedirects = 10;

// A redirect that turns POST into GET (301, 302, 303) asks for no timestamp, so only the other two are followed.
async function post(body: Uint8Array, url: URL, http: Http, signal: AbortSignal, redirects: number): Promise<HttpResponse> {
  const response = await http.send({ method: 'POST', url: bare(url), headers: headersFor(url), body, signal, limit });
  if (response.status !== 307 && response.status !== 308) return response;
  if (redirects === maximumRedirects) throw refused(url, `at most ${maximumRedirects} redirects, found more`);
  return post(body, redirectOf(response, url), http, signal, redirects + 1);
}

function headersFor({ username, password }: URL): Readonly<Record<string, string>> {
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    'content-type': queryType,
    accept: replyType,
    'user-agent': `notation-ts-kms/${version}`,
    ...(credentials !== ':' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/** Without credentials, which travel in a header. */
function bare(url: URL): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}

function redirectOf({ headers }: HttpResponse, from: URL): URL {
  const { location } = headers;
  const to = location ? URL.parse(location, bare(from)) : null;
  if (!to || !/^https?:$/.test(to.protocol)) throw refused(from, 'a redirect to an http: or https: URL, found another');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw refused(from, 'a redirect to another https: URL, found one to http:');
  if (to.origin === from.origin) [to.username, to.password] = [from.username, from.password];
  return to;
}

function checkResponse(response: HttpResponse, url: URL): HttpResponse {
  const { status, headers } = response;
  const type = headers['content-type'] ?? 'none';
  if (status !== 200)
    throw new NotationError(
      codes.get(status) ?? (status >= 500 ? 'UNAVAILABLE' : 'TIMESTAMP'),
      `${url.host}: expected status 200, found ${status}`,
      { hint: checkUrl },
    );
  // Parameters are refused too, as by the reference.
  if (type !== replyType) throw refused(url, `an answer of type ${replyType}, found ${JSON.stringify(type.slice(0, 100))}`);
  return response;
}

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [429, 'THROTTLED'],
]);

const checkUrl = 'check the URL of the timestamp authority, and whether it is in service';

function refused(url: URL, problem: string): NotationError {
  return new NotationError('TIMESTAMP', `${url.host}: expected ${problem}`, { hint: checkUrl });
}

// Says what the exchange was for; the deadline of this exchange is not the command's.
function tell(cause: unknown, url: URL, patienceMs: number | undefined): unknown {
  const own = ownErrorIn(cause);
  if (!own) return cause;
  if (patienceMs !== undefined && own.code === 'TIMEOUT')
    return new NotationError('TIMEOUT', `timestamp: ${url.host}: expected an answer within ${patienceMs / 1000} s, found none`, {
      cause,
      hint: 'try again, or use another timestamp authority',
    });
  const { code, message, hint, metadata } = own;
  return new NotationError(code, `timestamp: ${message}`, { cause, ...(hint !== undefined && { hint }), ...(metadata && { metadata }) });
}
