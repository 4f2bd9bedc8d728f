// Counts the requests that a server gets, for servers that do not count: it stands before them while nobody measures.
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as requestHttps } from 'node:https';
import { closeHttp, listen } from '../../test/support/clouds/server.ts';
import type { Identity } from '../../test/support/clouds/tls.ts';

export interface Counter {
  /** Stands for the server's own address. */
  readonly endpoint: string;
  forget(): Promise<void>;
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a counter before `endpoint`; over TLS, with the same identity, where that is. */
export async function openCounter(endpoint: string, identity: Identity): Promise<Counter> {
  const secure = endpoint.startsWith('https:');
  let requests = 0;
  const pass = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    forward(request, response, endpoint, identity);
  };
  const server = secure ? createTlsServer({ key: identity.key, cert: identity.cert }, pass) : createServer(pass);
  const port = await listen(server);
  return {
    endpoint: `${secure ? 'https://localhost' : 'http://127.0.0.1'}:${port}`,
    forget: async () => {
      requests = 0;
    },
    count: async () => requests,
    close: () => closeHttp(server),
  };
}

/** With the host that was asked for, because it is among what the client signed. */
function forward(request: IncomingMessage, response: ServerResponse, endpoint: string, { authority }: Identity): void {
  const { method, headers, url = '/' } = request;
  const open = endpoint.startsWith('https:') ? requestHttps : requestHttp;
  const onward = open(new URL(url, endpoint), { method, headers, ca: authority }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
