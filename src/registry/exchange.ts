// One exchange with a registry or its token service: bounded in time, asked again after passing faults, warnings passed on.

import { NotationError } from '../core/error.ts';
import type { Deadline, Http, HttpRequest, HttpResponse, Log } from '../core/ports.ts';
import { quoteProvider } from '../core/provider-text.ts';
import { version } from '../core/version.ts';
import { isUntrusted } from '../http/failure.ts';
import { type Verdict, withRetries } from '../http/retry.ts';

export interface ExchangeOptions {
  readonly http: Http;
  /** Of the whole command. */
  readonly deadline: Deadline;
  readonly log: Log;
  /** Told what registries warn of, once each. */
  readonly warn: (message: string) => void;
  /** Milliseconds that one exchange has, repetitions included. */
  readonly exchangeMs: number;
}

export type Exchange = (request: HttpRequest) => Promise<HttpResponse>;

const passing: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/**
 * Exchanges that end in time. All that is asked of a registry but a chunk of an upload may be asked twice: content is addressed by its digest,
 * and an upload begun in vain is forgotten by the registry.
 */
export function openExchange(options: ExchangeOptions): Exchange {
  const warned = new Set<string>();
  return async (request) => {
    const response = await send({ ...request, headers: { ...request.headers, 'user-agent': `notation-ts-kms/${version}` } }, options);
    for (const warning of warningsIn(response)) {
      const line = `${new URL(request.url).host}: ${warning}`;
      if (warned.size < 1000 && !warned.has(line)) options.warn(line);
      warned.add(line);
    }
    return response;
  };
}

async function send(request: HttpRequest, { http, deadline, log, exchangeMs }: ExchangeOptions): Promise<HttpResponse> {
  const controller = new AbortController();
  const end = performance.now() + exchangeMs;
  const timer = setTimeout(() => controller.abort(), exchangeMs);
  const bound: Deadline = {
    signal: controller.signal,
    remainingMs: () => Math.min(end - performance.now(), deadline.remainingMs()),
  };
  try {
    const asking = request.method === 'PATCH' ? http : withRetries(http, judge, { deadline: bound, log });
    return await asking.send({ ...request, signal: controller.signal });
  } catch (cause) {
    throw withHint(cause);
  } finally {
    clearTimeout(timer);
  }
}

/** The network's own hints are about options of the plugin, which a command that goes to a registry does not have. */
function withHint(cause: unknown): unknown {
  if (!(cause instanceof NotationError)) return cause;
  const { code, message, metadata } = cause;
  const hint = hintFor(code, cause.cause, metadata?.['network']);
  return hint === undefined ? cause : new NotationError(code, message, { cause, hint, ...(metadata !== undefined && { metadata }) });
}

function hintFor(code: NotationError['code'], cause: unknown, network: string | undefined): string | undefined {
  if (code === 'TIMEOUT') return 'try again, or check the network';
  if (isUntrusted(cause)) return trustHint;
  return network !== undefined && withoutTls.has(network) ? plainHint : undefined;
}

/** What runtimes say when TLS is answered by something else. */
const withoutTls: ReadonlySet<string> = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);
const plainHint = 'a registry that speaks plain HTTP is reached with --insecure-registry, or as localhost:PORT';
const trustHint = "add that authority to the system's certificate store, or name its PEM file in SSL_CERT_FILE";

function judge({ status }: HttpResponse): Verdict {
  if (status === 429) return 'throttled';
  return passing.has(status) ? 'again' : 'final';
}

/** RFC 7234 §5.5, as the distribution specification narrows it: code 299, agent "-". */
function warningsIn({ headers }: HttpResponse): readonly string[] {
  const found = [...(headers['warning'] ?? '').matchAll(/(?:^|,)\s*299 - "((?:[^"\\]|\\.)*)"/g)];
  return found.slice(0, 10).map(([, text = '']) => quoteProvider(text.replace(/\\(.)/g, '$1')));
}
