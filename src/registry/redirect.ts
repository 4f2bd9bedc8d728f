import { NotationError } from '../core/error.ts';
import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import type { Exchange } from './exchange.ts';
import { resolveLocation } from './place.ts';

/** A response, and the origin that gave it. */
export interface Answer {
  readonly response: HttpResponse;
  readonly origin: string;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const most = 5;

/**
 * Sends a request and follows redirects of GET and HEAD, five at most. `Authorization` goes to the origin it was meant for and to no other.
 * @throws NotationError `UNAVAILABLE` when redirects do not end or leave TLS, and the network's
 */
export async function follow(request: HttpRequest, exchange: Exchange): Promise<Answer> {
  const home = new URL(request.url).origin;
  let asked = request;
  for (let hops = 0; ; hops += 1) {
    const response = await exchange(asked);
    const { location } = response.headers;
    const done = location === undefined || !redirects.has(response.status) || !/^(GET|HEAD)$/.test(request.method);
    if (done) return { response, origin: new URL(asked.url).origin };
    if (hops === most) throw endless(home);
    asked = moved(request, resolveLocation(location, asked.url), home);
  }
}

function moved(request: HttpRequest, url: string, home: string): HttpRequest {
  const { authorization, ...open } = request.headers;
  const kept = authorization !== undefined && new URL(url).origin === home ? request.headers : open;
  return { ...request, url, headers: kept };
}

function endless(home: string): NotationError {
  return new NotationError('UNAVAILABLE', `${new URL(home).host}: expected an answer, found more than ${most} redirects`);
}
