// The library's requests, sent by our own HTTP: proxies, trust, deadline and limits are those of every other request.
import type { BaseExternalAccountClientOptions } from 'google-auth-library/build/src/auth/baseexternalclient.js';
import { NotationError } from '../../core/error.ts';
import type { Http, HttpRequest, HttpResponse } from '../../core/ports.ts';

export type TransportOptions = NonNullable<BaseExternalAccountClientOptions['transporterOptions']>;
type Adapter = NonNullable<TransportOptions['adapter']>;
type SdkRequest = Parameters<Adapter>[0];

/** Told of each exchange, because the library loses what a service says in more than one way. */
export type Listener = (url: string, response: HttpResponse) => void;

/**
 * `http` as the library's clients want it. Retries are ours (http/retry.ts). Nothing goes through a proxy of the library's: it would parse
 * HTTPS_PROXY itself, and stop at values that our own transport understands.
 */
export function transportOptions(http: Http, listener: Listener): TransportOptions {
  const adapter: Adapter = async (request) => {
    // The library's clients ask for retries request by request, so that they can be taken back only here.
    Object.assign(request, { retry: false, retryConfig: { retry: 0, noResponseRetries: 0 } });
    const response = await http.send(toRequest(request));
    listener(request.url.href, response);
    return toSdkResponse(request, response);
  };
  return { adapter, noProxy: [/^/] };
}

function toRequest({ method = 'GET', url, headers, body, signal }: SdkRequest): HttpRequest {
  const request = { method, url: url.href, headers: Object.fromEntries(headers), ...(signal instanceof AbortSignal && { signal }) };
  if (body === undefined || body === null) return request;
  if (typeof body === 'string') return { ...request, body };
  if (body instanceof URLSearchParams) {
    const form = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
    return { ...request, headers: { ...form, ...request.headers }, body: body.toString() };
  }
  throw new NotationError('INTERNAL', 'google: expected a request body of text, found another kind');
}

function toSdkResponse<T>(config: SdkRequest, { status, headers, body }: HttpResponse): Response & { config: SdkRequest; data: T } {
  const text = Buffer.from(body).toString('utf8');
  const response = new Response(hasNoBody(status) ? null : text, { status, headers });
  return Object.assign(response, { config, data: (config.responseType === 'text' ? text : fromJson(text)) as T });
}

function hasNoBody(status: number): boolean {
  return [101, 204, 205, 304].includes(status);
}

/** Texts of other kinds stay texts, as they do in the library. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
