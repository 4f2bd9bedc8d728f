// OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §5).
import { toBase64 } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import type { Http, HttpRequest } from '../core/ports.ts';
import { inquire } from '../http/inquiry.ts';

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
  const { body } = await inquire(toHttp(request, parseResponderUrl(url)), { http, patienceMs, who: 'OCSP responder', ...said });
  return body;
}

/** An answer with certificates has 4 KiB at most; as the reference has it (REF-18). */
const limit = 20_480;
/** RFC 5019 §5: a longer URL may not pass every cache. */
const longestGet = 255;
const said = { code: 'REVOCATION', hint: 'try again later, or tell whoever runs the certificate authority' } as const;

function parseResponderUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:') return url;
  const found = url ? `one of ${url.protocol}` : 'something else';
  throw new NotationError('REVOCATION', `OCSP responder: expected an http: URL, found ${found}`, {
    hint: 'the certificate names a responder that cannot be asked: answers are signed, and need no TLS',
  });
}

function toHttp(request: Uint8Array, url: URL): HttpRequest {
  const headers = { accept: 'application/ocsp-response' };
  const encoded = encodeURIComponent(toBase64(request));
  if (encoded.length < longestGet) return { method: 'GET', url: below(url, encoded), headers, limit };
  return { method: 'POST', url: url.href, headers: { ...headers, 'content-type': 'application/ocsp-request' }, body: request, limit };
}

function below(url: URL, segment: string): string {
  const copy = new URL(url);
  copy.pathname = `${copy.pathname.replace(/\/+$/, '')}/${segment}`;
  return copy.href;
}
