// The one way to the network: proxies and trust as the user set them, every exchange bounded in time and length.
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import type { ClientTls, Deadline, Environment, Files, Http, HttpRequest, HttpResponse } from '../core/ports.ts';
import { noDeadline } from './deadline.ts';
import { toFailure } from './failure.ts';
import { proxyFor } from './proxy.ts';
import { withSystemStore } from './system-store.ts';
import type { LoadTransport, Route, Transport } from './transport.ts';

/** Longer than any answer of a key service, an identity service or a registry's token service. */
const responseLimit = 4 << 20;
const bundleLimit = 4 << 20;

export interface HttpOptions {
  readonly transport: LoadTransport;
  readonly environment: Environment;
  readonly files: Files;
  readonly deadline: Deadline;
  /** Path of a PEM file of certificate authorities to trust besides the system's. */
  readonly bundle: string | undefined;
}

/** Opens the network lazily: nothing is loaded and no file is read before the first use. */
export function openHttp(options: HttpOptions): Http {
  const ready = once(async () => [withSystemStore(await options.transport()), await readBundle(options)] as const);
  return {
    send: async (request) => {
      const [transport, authorities] = await ready();
      return send(request, transport, boundBy(request, routeTo(request.url, options, authorities)));
    },
    warm: (url) =>
      void ready()
        .then(([transport, authorities]) => transport.warm(url, routeTo(url, options, authorities)))
        // Told by the request that follows.
        .catch(() => undefined),
  };
}

async function send(request: HttpRequest, transport: Transport, route: Route): Promise<HttpResponse> {
  try {
    const headers = { ...request.headers, 'accept-encoding': 'identity' };
    return await unpacked(await transport.exchange({ ...request, headers }, route), route.limit);
  } catch (cause) {
    throw toFailure(cause, request.url, route);
  }
}

/** Some servers pack what they were asked not to. */
async function unpacked(response: HttpResponse, limit: number): Promise<HttpResponse> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (/^identity$/i.test(encoding) || response.body.length === 0) return response;
  const { decode } = await import('./decode.ts');
  return { ...response, body: decode(response.body, encoding, limit) };
}

function routeTo(url: string, { environment, deadline }: HttpOptions, authorities: string | undefined): Route {
  const proxy = proxyFor(url, environment);
  return {
    ...(proxy !== undefined && { proxy }),
    ...(authorities !== undefined && { authorities }),
    system: false,
    signal: deadline.signal,
    limit: responseLimit,
  };
}

function boundBy({ signal, limit, tls }: HttpRequest, route: Route): Route {
  const bounded = { ...route, ...(limit !== undefined && { limit }), ...tlsFor(tls, route) };
  return signal === undefined ? bounded : { ...bounded, signal: earlier(signal, route.signal) };
}

/** What one service is trusted by is added to what all are. */
function tlsFor({ authorities, identity }: ClientTls = {}, route: Route): Pick<Route, 'authorities' | 'identity'> {
  const all = [route.authorities, authorities].filter((pem) => pem !== undefined).join('\n');
  return { ...(all !== '' && { authorities: all }), ...(identity !== undefined && { identity }) };
}

/** A signal that is bound to one which never comes would be kept for ever. */
function earlier(own: AbortSignal, whole: AbortSignal): AbortSignal {
  return whole === noDeadline.signal ? own : AbortSignal.any([own, whole]);
}

async function readBundle({ bundle, files }: HttpOptions): Promise<string | undefined> {
  if (bundle === undefined) return undefined;
  const text = Buffer.from(await files.read(bundle, 'certificate authorities (ca_bundle)', bundleLimit)).toString('latin1');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new NotationError('CONFIG', `ca_bundle ${bundle}: expected certificates in PEM, found none`, {
    hint: 'name a PEM file of the certificate authorities that the service’s TLS certificate comes from',
  });
}
