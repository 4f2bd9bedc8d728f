// The wire on Node.js: node:https loads in a fifth of the time of its fetch, and takes authorities and proxies.
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import { type Route, readBody, type Transport, trustedBy } from './transport.ts';

/** Requests by node:http and node:https, over connections that are its own. */
export function openNodeTransport(): Transport {
  const agents: Agents = new Map();
  return {
    exchange: async (request, route) => send(request, route, await agentFor(request.url, route, agents)),
    // Worth its code only where the start of the process is short.
    warm: () => undefined,
  };
}

/** For programs: one process, one set of connections. */
export const nodeTransport: Transport = openNodeTransport();

/** One connection pool for each way to travel. */
type Agents = Map<string, Promise<Agent>>;

function agentFor(url: string, { proxy }: Route, agents: Agents): Promise<Agent> {
  const secure = url.startsWith('https:');
  const way = `${secure} ${proxy ?? ''}`;
  const agent = agents.get(way) ?? openAgent(secure, proxy);
  agents.set(way, agent);
  return agent;
}

async function openAgent(secure: boolean, proxy: string | undefined): Promise<Agent> {
  if (proxy === undefined) return secure ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  if (secure) return new (await import('https-proxy-agent')).HttpsProxyAgent(proxy, { keepAlive: true });
  return new (await import('http-proxy-agent')).HttpProxyAgent(proxy, { keepAlive: true });
}

function send({ method, headers, body, url }: HttpRequest, route: Route, agent: Agent): Promise<HttpResponse> {
  const secure = url.startsWith('https:');
  const { signal, limit } = route;
  const ca = secure ? trustedBy(route) : undefined;
  const identity = secure && route.identity !== undefined ? { cert: route.identity.certificates, key: route.identity.key } : {};
  const options = { method, headers: { ...headers }, signal, agent, ...(ca !== undefined && { ca }), ...identity };
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(url, options, (response) => {
      readBody(response as AsyncIterable<Uint8Array>, limit).then((body) => resolve(toResponse(response, body)), reject);
    });
    sent.on('error', reject);
    // https-proxy-agent would pass a refusal off as the server's own answer.
    sent.on('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      if (statusCode === 200) return;
      reject(Object.assign(new Error(`proxy: ${statusCode}`), { code: 'ERR_PROXY_TUNNEL' }));
      sent.destroy();
    });
    sent.end(body);
  });
}

function toResponse({ statusCode = 0, headers }: IncomingMessage, body: Uint8Array): HttpResponse {
  const texts = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const);
  return { status: statusCode, headers: Object.fromEntries(texts), body };
}
