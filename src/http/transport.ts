import type { HttpRequest, HttpResponse } from '../core/ports.ts';

/** How one request travels. */
export interface Route {
  /** URL of the proxy; absent when the server is asked directly. */
  readonly proxy?: string;
  /** Certificate authorities in PEM that are trusted besides the runtime's and the system's. */
  readonly authorities?: string;
  readonly signal: AbortSignal;
  /** Bytes that a response body may have. */
  readonly limit: number;
}

/**
 * The wire of one runtime: one request, one whole response, no redirects followed.
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
