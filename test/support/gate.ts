// A gate before a server on loopback: it speaks TLS where that one does not, may ask clients for a certificate, and remembers who came.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { closeHttp, listen } from './clouds/server.ts';
import type { Identity } from './clouds/tls.ts';

/** A request as it passed: its body is not kept. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Gate {
  /** http://127.0.0.1:PORT, or https://localhost:PORT with an identity. */
  readonly address: string;
  readonly passed: readonly Passed[];
  close(): Promise<void>;
}

export interface GateWish {
  /** Address of the server behind it, plain HTTP. */
  readonly target: string;
  readonly identity?: Identity;
  /** The authority, in PEM, of the certificate that every client must show. */
  readonly clients?: string;
}

/** Opens it on a free port. */
export async function openGate({ target, identity, clients }: GateWish): Promise<Gate> {
  const passed: Passed[] = [];
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, String(value)]));
    passed.push({ method: asked.method ?? '', path: asked.url ?? '', headers });
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  };
  const demand = clients === undefined ? {} : { ca: clients, requestCert: true, rejectUnauthorized: true };
  const server = identity === undefined ? createServer(pass) : createTlsServer({ key: identity.key, cert: identity.cert, ...demand }, pass);
  const port = await listen(server);
  const address = identity === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return { address, passed, close: () => closeHttp(server) };
}
