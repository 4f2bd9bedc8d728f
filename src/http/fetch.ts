// The wire on Bun: its own fetch, which is there without loading anything.
import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import { type Route, readBody, type Transport, trustedBy } from './transport.ts';

/** What Bun's fetch takes besides the standard's members. */
interface BunInit extends RequestInit {
  /** Its own unpacking writes to stderr when it fails. */
  readonly decompress: false;
  readonly proxy?: string;
  readonly tls?: { readonly ca?: readonly string[]; readonly cert?: string; readonly key?: string };
}

type BunFetch = typeof fetch & { preconnect?(url: string): void };

/**
 * Requests by Bun's fetch.
 * @param unproxied runs its argument while the proxy variables are out of the environment: fetch would obey them by rules of its own, at the moment it is called
 */
export function fetchTransport(unproxied: <T>(work: () => T) => T): Transport {
  return {
    exchange: async (request, route) => readResponse(await unproxied(() => fetch(request.url, initOf(request, route))), route.limit),
    // A proxy or other authorities make another connection than a warm one.
    warm: (url, { proxy, authorities, system }) => {
      if (proxy === undefined && authorities === undefined && !system) unproxied(() => (fetch as BunFetch).preconnect?.(withPort(url)));
    },
  };
}

/** preconnect wants the port said. */
function withPort(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function initOf({ method, headers, body }: HttpRequest, route: Route): BunInit {
  const { proxy, signal } = route;
  const tls = tlsOf(route);
  return {
    method,
    headers,
    ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
    redirect: 'manual',
    decompress: false,
    signal,
    ...(proxy !== undefined && { proxy }),
    ...(tls !== undefined && { tls }),
  };
}

function tlsOf(route: Route): BunInit['tls'] {
  const [ca, { identity }] = [trustedBy(route), route];
  if (ca === undefined && identity === undefined) return undefined;
  return { ...(ca !== undefined && { ca }), ...(identity !== undefined && { cert: identity.certificates, key: identity.key }) };
}

async function readResponse({ status, headers, body }: Response, limit: number): Promise<HttpResponse> {
  return { status, headers: Object.fromEntries(headers), body: body === null ? new Uint8Array() : await readBody(body, limit) };
}
