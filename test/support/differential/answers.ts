// One server on loopback that answers for all responders and all CRL servers of the situations.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { freePort } from '../server.ts';

export type Reply =
  | { readonly status?: number; readonly type?: string; readonly headers?: Readonly<Record<string, string>>; readonly body: Uint8Array }
  | 'silence'
  | 'hang up';

type Respond = (request: Uint8Array) => Promise<Reply> | Reply;

export interface Answers {
  /** An address at which `respond` answers. */
  address(name: string, respond: Respond): string;
  /** An address at which nobody listens. */
  readonly dead: string;
  close(): Promise<void>;
}

export async function openAnswers(): Promise<Answers> {
  const known = new Map<string, Respond>();
  const server = createServer((request, response) => void respond(known, request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 0;
  return {
    dead: `http://127.0.0.1:${await freePort()}/`,
    address: (name, answer) => {
      count += 1;
      known.set(`/${count}/${name}`, answer);
      return `${origin}/${count}/${name}`;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The request's bytes: its body, or what the path of a GET ends with (RFC 6960 appendix A.1). */
async function respond(known: ReadonlyMap<string, Respond>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, count, name, ...rest] = (request.url ?? '').split('/');
  const body = request.method === 'GET' ? Buffer.from(decodeURIComponent(rest.join('/')), 'base64') : await buffer(request);
  const reply: Reply = (await known.get(`/${count}/${name}`)?.(body)) ?? { status: 404, body: Buffer.of() };
  if (reply === 'silence') return;
  if (reply === 'hang up') return void request.socket.destroy();
  response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/octet-stream', ...reply.headers }).end(reply.body);
}
