// The wire on Bun: its own fetch, which is there without loading anything.
import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import { BodyTooLong, type Route, type Transport } from './transport.ts';

/** What Bun's fetch takes besides the standard's members. */
interface BunInit extends RequestInit {
  readonly proxy?: string;
  readonly tls?: { readonly ca: string };
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
    warm: (url, { proxy, authorities }) => {
      if (proxy === undefined && authorities === undefined) unproxied(() => (fetch as BunFetch).preconnect?.(withPort(url)));
    },
  };
}

/** preconnect wants the port said. */
function withPort(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function initOf({ method, headers, body }: HttpRequest, { proxy, authorities, signal }: Route): BunInit {
  return {
    method,
    headers,
    ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
    redirect: 'manual',
    signal,
    ...(proxy !== undefined && { proxy }),
    ...(authorities !== undefined && { tls: { ca: authorities } }),
  };
}

async function readResponse(response: Response, limit: number): Promise<HttpResponse> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await readBody(response, limit) };
}

async function readBody({ body }: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    total += chunk.length;
    if (total > limit) throw new BodyTooLong();
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
