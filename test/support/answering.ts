// A server on loopback that answers as a test says.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What is said to a request; status 200 and the server's content type unless it says otherwise. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** `silence` keeps the client waiting. */
export type Answer = (body: Uint8Array, request: IncomingMessage) => Promise<Reply | 'silence'>;

export interface AnsweringServer {
  /** Ends with a slash. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server that answers as it is told; one whose `answer` fails says so with status 500. */
export async function startAnswering(answer: Answer, contentType: string): Promise<AnsweringServer> {
  const server = createServer((request, response) => void respond(request, response, answer, contentType)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, stop: () => close(server) };
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answer, contentType: string): Promise<void> {
  const failed = (error: unknown): Reply => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.from(String(error)) });
  // A client that goes away while it asks needs no answer.
  const reply = await buffer(request).then((body) => answer(body, request).catch(failed), failed);
  if (reply === 'silence') return;
  const { status = 200, headers = { 'content-type': contentType }, body = new Uint8Array() } = reply;
  response.writeHead(status, headers).end(body);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
