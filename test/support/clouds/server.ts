// A service on loopback that answers honestly, or misbehaves as its faults say, and remembers who asked what.
import { once } from 'node:events';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as NetServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, perform, scheduleOf } from './fault.ts';
import type { Identity } from './tls.ts';

/** A request as it came. */
export interface Asked {
  readonly operation: string;
  readonly method: string;
  /** Path and query, with the service's own origin before them. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Compressed on its way where the headers say so. */
  readonly body: string;
}

/** A refusal in a service's own words. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  /** The finer code that some services put inside. */
  readonly inner?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one service says: values only, the server does the rest. */
export interface Service {
  /** The name by which only a proxy finds it. */
  readonly hiddenHost?: string;
  readonly operationOf: (request: Pick<Asked, 'method' | 'url' | 'headers' | 'body'>) => string;
  readonly answer: (asked: Asked) => Answer;
  readonly refuse: (refusal: Refusal, asked: Asked) => Answer;
}

export interface Server {
  /** http://127.0.0.1:PORT, or https://localhost:PORT with an identity. */
  readonly url: string;
  readonly port: number;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export interface ServerWish {
  readonly service: Service;
  readonly faults?: readonly Fault[];
  readonly identity?: Identity | undefined;
}

/** Starts the service on a free port of loopback. */
export async function openServer({ service, faults = [], identity }: ServerWish): Promise<Server> {
  const asked: Asked[] = [];
  const schedule = scheduleOf(faults);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const one = await receive(request, service);
    asked.push(one);
    perform(schedule(one.operation), one, service, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response).catch(() => response.destroy());
  const http = identity === undefined ? createServer(listener) : createTlsServer({ key: identity.key, cert: identity.cert }, listener);
  const port = await listen(http);
  const url = identity === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return { url, port, asked, close: () => closeHttp(http) };
}

/** Listens on a free port of loopback and answers it. */
export async function listen(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no loopback port is free');
  return address.port;
}

/** Stops listening and ends every connection, idle or not. */
export async function closeHttp(server: Pick<HttpServer, 'close' | 'closeAllConnections'>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function receive(request: IncomingMessage, { operationOf }: Service): Promise<Asked> {
  const at = performance.now();
  const method = request.method ?? '';
  const url = new URL(request.url ?? '/', 'http://service');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = await text(request);
  return { operation: operationOf({ method, url, headers, body }), method, url, headers, body, at };
}
