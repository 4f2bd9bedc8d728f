import type { ClientTls, HttpRequest, HttpResponse } from '../core/ports.ts';

/** How one request travels. */
export interface Route {
  /** URL of the proxy; absent when the server is asked directly. */
  readonly proxy?: string;
  /** Certificate authorities in PEM that are trusted besides the runtime's. */
  readonly authorities?: string;
  /** Whether what the system's store trusts is trusted as well. */
  readonly system: boolean;
  /** Who the client is, where the server asks for a certificate. */
  readonly identity?: ClientTls['identity'];
  readonly signal: AbortSignal;
  /** Bytes that a response body may have. */
  readonly limit: number;
}

/**
 * The wire of one runtime: one request, one whole response, no redirects followed and no content encoding undone.
 * What it throws is the runtime's own error; `failure.ts` says what that means.
 */
export interface Transport {
  exchange(request: HttpRequest, route: Route): Promise<HttpResponse>;
  /** Begins to connect; never throws. */
  warm(url: string, route: Route): void;
}

/** Loads the transport: only what uses the network pays for it. */
export type LoadTransport = () => Promise<Transport>;

/** Thrown by a transport for a body over its limit. */
export class BodyTooLong extends Error {}

/** Thrown for a body that is packed in a way which nobody here undoes. */
export class UnknownEncoding extends Error {}

/** All of a body. @throws `BodyTooLong` as soon as it is over `limit` bytes */
export async function readBody(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    total += chunk.length;
    if (total > limit) throw new BodyTooLong();
  }
  return read.length === 1 && read[0] !== undefined ? read[0] : Buffer.concat(read);
}

/**
 * Everything that TLS trusts on this route, in PEM; undefined when that is just what the runtime trusts by itself, which costs nothing to say.
 * Before Node.js 22.15 the runtime cannot tell the system's authorities.
 */
export function trustedBy({ authorities, system }: Route): string[] | undefined {
  if (authorities === undefined && !system) return undefined;
  const { getCACertificates, rootCertificates } = process.getBuiltinModule('node:tls');
  const own = getCACertificates === undefined ? rootCertificates : getCACertificates();
  const others = system && getCACertificates !== undefined ? getCACertificates('system') : [];
  return [...new Set([...own, ...others]), ...(authorities === undefined ? [] : [authorities])];
}
