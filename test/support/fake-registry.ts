// Registries of every bad habit, in this process.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FakeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is answered; `hang` answers nothing, `cut` ends the connection in the middle of the body. */
export type Reply =
  | 'hang'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly body?: string | Uint8Array;
      readonly cut?: true;
    };

export type Habit = (request: FakeRequest) => Reply;

export interface FakeRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly origin: string;
  /** Answers from here on. */
  habit: Habit;
  readonly requests: FakeRequest[];
  stop(): Promise<void>;
}

/** Starts a registry that answers 404 until it has a habit. */
export async function startFakeRegistry(): Promise<FakeRegistry> {
  const requests: FakeRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: await buffer(incoming) };
    requests.push(request);
    answer(response, registry.habit(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry: FakeRegistry = { host, origin: `http://${host}`, habit: () => ({ status: 404 }), requests, stop: () => stop(server) };
  return registry;
}

/** The error body of the distribution specification. */
export function errorBody(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  const { status, headers = {}, body = '', cut } = reply;
  response.writeHead(
    status,
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]])),
  );
  if (cut) response.write(body, () => response.destroy());
  else response.end(body);
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
