// The way from a client to a service: straight, through a proxy, or to a place where nothing good waits.
import { createServer } from 'node:net';
import type { Fault } from './fault.ts';
import { openProxy, type ProxyMood } from './proxy.ts';
import { secrets } from './secret.ts';
import { type Asked, listen, openServer, type Service } from './server.ts';
import { type IdentityKind, mintIdentity } from './tls.ts';

export type Network =
  | { readonly way: 'plain' }
  /** TLS; `trusted` tells whether the client knows the authority. */
  | { readonly way: 'tls'; readonly identity?: IdentityKind; readonly trusted?: boolean }
  /** TLS to a name that only the proxy finds. */
  | { readonly way: 'proxy'; readonly mood?: ProxyMood }
  /** A name that nobody finds; a port where nothing listens, for the service or for its proxy; a server that says nothing, or no TLS. */
  | { readonly way: 'no name' | 'no server' | 'no proxy' | 'mute' | 'no tls' };

/** A service at the end of its network. */
export interface Reachable {
  /** Scheme, host and port as clients write them. */
  readonly origin: string;
  /** Environment variables that the way needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The authority that clients trust, in PEM. */
  readonly authority: string | undefined;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Starts the service, and what stands before it. */
export async function openNetwork(network: Network, service: Service, faults: readonly Fault[] = []): Promise<Reachable> {
  switch (network.way) {
    case 'plain':
      return plain(service, faults);
    case 'tls':
      return overTls(network, service, faults);
    case 'proxy':
      return throughProxy(network.mood ?? 'open', service, faults);
    case 'no name':
      return nowhere(nobody);
    case 'no server':
      return nowhere(`https://localhost:${await unusedPort()}`);
    case 'no proxy':
      return { ...nowhere(hiddenOrigin(service)), environment: proxyEnvironment(`http://127.0.0.1:${await unusedPort()}`) };
    case 'mute':
      return mute();
    default:
      return withoutTls(service);
  }
}

async function plain(service: Service, faults: readonly Fault[]): Promise<Reachable> {
  const server = await openServer({ service, faults });
  return { origin: server.url, environment: {}, authority: undefined, asked: server.asked, close: server.close };
}

async function overTls(
  { identity: kind, trusted = true }: Network & { readonly way: 'tls' },
  service: Service,
  faults: readonly Fault[],
): Promise<Reachable> {
  const identity = await mintIdentity(kind);
  const server = await openServer({ service, faults, identity });
  return { ...nowhere(server.url), authority: trusted ? identity.authority : undefined, asked: server.asked, close: server.close };
}

async function throughProxy(mood: ProxyMood, service: Service, faults: readonly Fault[]): Promise<Reachable> {
  const identity = await mintIdentity();
  const server = await openServer({ service, faults, identity });
  const proxy = await openProxy(mood, server.port, secrets.proxyPassword);
  const close = async () => void (await Promise.all([proxy.close(), server.close()]));
  const { authority } = identity;
  return { origin: hiddenOrigin(service), environment: proxyEnvironment(proxy.url), authority, asked: server.asked, close };
}

/** A label of more than 63 bytes (RFC 1035 §2.3.4): no name server need be asked, which might not answer. */
const nobody = `https://${'nobody-knows-'.repeat(5)}.invalid`;

function hiddenOrigin({ hiddenHost = 'nowhere.invalid' }: Service): string {
  return `https://${hiddenHost}`;
}

function nowhere(origin: string): Reachable {
  return { origin, environment: {}, authority: undefined, asked: [], close: async () => undefined };
}

async function mute(): Promise<Reachable> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  const port = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...nowhere(`https://localhost:${port}`), close };
}

async function withoutTls(service: Service): Promise<Reachable> {
  const server = await openServer({ service });
  return { ...nowhere(`https://localhost:${server.port}`), close: server.close };
}

function proxyEnvironment(url: string): Readonly<Record<string, string>> {
  return { HTTPS_PROXY: url, NO_PROXY: 'localhost,127.0.0.1' };
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
