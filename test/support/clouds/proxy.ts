// A CONNECT proxy that wants a password, leads every name to one port, or misbehaves.
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeHttp, listen } from './server.ts';

/** `open` tunnels whoever knows the password; the numbers are statuses it refuses with. */
export type ProxyMood = 'open' | '403' | '407' | '502' | 'silence' | 'close' | 'babble';

export interface Proxy {
  /** With user and password. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a proxy that leads to `port` of loopback, whatever name it is asked for. */
export async function openProxy(mood: ProxyMood, port: number, password: string): Promise<Proxy> {
  const expected = `Basic ${toBasic(password)}`;
  const sockets = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket.on('error', () => undefined));
    const welcome = request.headers['proxy-authorization'] === expected;
    answer(mood === 'open' && !welcome ? '407' : mood, socket, port);
  });
  const own = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await closeHttp(server);
  };
  return { url: `http://signer:${encodeURIComponent(password)}@127.0.0.1:${own}`, close };
}

/** What the client must say of who it is. */
export function toBasic(password: string): string {
  return Buffer.from(`signer:${password}`).toString('base64');
}

function answer(mood: ProxyMood, socket: Duplex, port: number): void {
  if (mood === 'open') tunnel(socket, port);
  else if (mood !== 'silence') socket.end(words[mood]);
}

const words: Readonly<Record<Exclude<ProxyMood, 'open' | 'silence'>, string>> = {
  close: '',
  babble: 'SSH-2.0-babble\r\n',
  403: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n',
  407: 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n',
  502: 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n',
};

function tunnel(socket: Duplex, port: number): void {
  const target = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    target.pipe(socket).pipe(target);
  });
  target.on('error', () => socket.destroy());
  socket.on('close', () => target.destroy());
}
