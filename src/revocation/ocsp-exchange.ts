// OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §5).
import { toBase64 } from '../core/bytes.ts';
import { NotationError, ownErrorIn } from '../core/error.ts';
import type { Http, HttpRequest, HttpResponse } from '../core/ports.ts';
import { version } from '../core/version.ts';

/** Where a responder is, and how long it is waited for. */
export interface Responder {
  /** As the certificate spells it. */
  readonly url: string;
  readonly http: Http;
  /** For a whole answer, redirects and all. */
  readonly patienceMs: number;
}

/**
 * Sends an OCSPRequest and answers the OCSPResponse, unread: by GET when it is short enough for that, by POST otherwise (AMB-40).
 * @throws NotationError `REVOCATION` when the URL or the answer is no such thing; `UNAVAILABLE`, `TIMEOUT`
 */
export async function exchangeOcsp(request: Uint8Array, { url, http, patienceMs }: Responder): Promise<Uint8Array> {
  const target = parseResponderUrl(url);
  const signal = AbortSignal.timeout(patienceMs);
  try {
    return await follow(toHttp(request, target), { http, signal }, 0);
  } catch (cause) {
    throw tell(cause, target, signal.aborted ? patienceMs : undefined);
  }
}

/** An answer with certificates has 4 KiB at most; as the reference has it (REF-18). */
const limit = 20_480;
/** RFC 5019 §5: a longer URL may not pass every cache. */
const longestGet = 255;
const maximumRedirects = 10;

function parseResponderUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:') return url;
  const found = url ? `one of ${url.protocol}` : 'something else';
  throw new NotationError('REVOCATION', `OCSP responder: expected an http: URL, found ${found}`, {
    hint: 'the certificate names a responder that cannot be asked: answers are signed, and need no TLS',
  });
}

function toHttp(request: Uint8Array, url: URL): HttpRequest {
  const headers = { accept: 'application/ocsp-response', 'user-agent': `notation-ts-kms/${version}` };
  const encoded = encodeURIComponent(toBase64(request));
  if (encoded.length < longestGet) return { method: 'GET', url: below(url, encoded), headers };
  return { method: 'POST', url: url.href, headers: { ...headers, 'content-type': 'application/ocsp-request' }, body: request };
}

function below(url: URL, segment: string): string {
  const copy = new URL(url);
  copy.pathname = `${copy.pathname.replace(/\/+$/, '')}/${segment}`;
  return copy.href;
}

interface Exchange {
  readonly http: Http;
  readonly signal: AbortSignal;
}

// A redirect that turns POST into GET (301, 302, 303) asks nothing, so only the other two are followed then.
async function follow(request: HttpRequest, exchange: Exchange, redirects: number): Promise<Uint8Array> {
  const response = await exchange.http.send({ ...request, signal: exchange.signal, limit });
  const url = new URL(request.url);
  if (response.status === 200) return response.body;
  const followed: readonly number[] = request.method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308];
  if (!followed.includes(response.status)) throw refused(url, `status 200, found ${response.status}`);
  if (redirects === maximumRedirects) throw refused(url, `at most ${maximumRedirects} redirects, found more`);
  return follow({ ...request, url: redirectOf(response, url) }, exchange, redirects + 1);
}

function redirectOf({ headers: { location } }: HttpResponse, from: URL): string {
  const to = location ? URL.parse(location, from.href) : null;
  if (to && /^https?:$/.test(to.protocol)) return to.href;
  throw refused(from, 'a redirect to an http: or https: URL, found another');
}

function refused(url: URL, problem: string): NotationError {
  return new NotationError('REVOCATION', `${url.host}: expected ${problem}`, { hint: checkResponder });
}

const checkResponder = 'try again later, or tell whoever runs the certificate authority';

// Says what the exchange was for; the deadline of this exchange is not the command's.
function tell(cause: unknown, url: URL, patienceMs: number | undefined): unknown {
  const own = ownErrorIn(cause);
  if (!own) return cause;
  if (patienceMs !== undefined && own.code === 'TIMEOUT')
    return new NotationError('TIMEOUT', `OCSP responder: ${url.host}: expected an answer within ${patienceMs / 1000} s, found none`, {
      cause,
      hint: checkResponder,
    });
  const { code, message, hint, metadata } = own;
  return new NotationError(code, `OCSP responder: ${message}`, {
    cause,
    ...(hint !== undefined && { hint }),
    ...(metadata && { metadata }),
  });
}
