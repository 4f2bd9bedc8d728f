// The Time-Stamp Protocol over HTTP (RFC 3161 §3.4).
import { NotationError } from '../core/error.ts';
import type { Http, HttpRequest, HttpResponse } from '../core/ports.ts';
import { inquire, refusal } from '../http/inquiry.ts';

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
  const post = { method: 'POST', url: bare(url), headers: headersFor(url), body: request, limit };
  return checkType(await inquire(post, { http, patienceMs, who: 'timestamp', ...said, moved }), url);
}

function isEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}

const queryType = 'application/timestamp-query';
const replyType = 'application/timestamp-reply';
/** Longer than any answer with its certificates; as the reference has it. */
const limit = 1 << 20;
const said = { code: 'TIMESTAMP', hint: 'check the URL of the timestamp authority, and whether it is in service' } as const;

function headersFor({ username, password }: URL): Readonly<Record<string, string>> {
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    'content-type': queryType,
    accept: replyType,
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

/** Credentials stay with the origin that they are for; a redirect may bring others for another. */
function moved(request: HttpRequest, to: URL, from: URL): HttpRequest {
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refusal(from, 'a redirect to another https: URL, found one to http:', said);
  if (to.origin === from.origin) return { ...request, url: bare(to) };
  const { authorization: _, ...headers } = request.headers;
  return { ...request, url: bare(to), headers: { ...headers, ...headersFor(to) } };
}

// Parameters are refused too, as by the reference.
function checkType({ headers, body }: HttpResponse, url: URL): Uint8Array {
  const type = headers['content-type'] ?? 'none';
  if (type === replyType) return body;
  const error = refusal(url, `an answer of type ${replyType}, found ${JSON.stringify(type.slice(0, 100))}`, said);
  throw new NotationError(error.code, `timestamp: ${error.message}`, { hint: said.hint });
}
