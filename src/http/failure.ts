import { NotationError } from '../core/error.ts';
import { BodyTooLong, type Route, UnknownEncoding } from './transport.ts';

/**
 * What a transport's error means: `TIMEOUT` when the time was up, `UNAVAILABLE` otherwise, naming the host and never more of the URL.
 * Runtimes differ in their sentences and agree in their codes, so only codes are read.
 */
export function toFailure(cause: unknown, url: string, route: Route): NotationError {
  if (route.signal.aborted) return late(hostOf(url), cause);
  if (cause instanceof BodyTooLong)
    return new NotationError('UNAVAILABLE', `${hostOf(url)}: expected at most ${route.limit} bytes, found more`);
  const code = cause instanceof UnknownEncoding ? 'content-encoding' : codeOf(cause);
  const { found, hint, kind, again } = reasons.get(code) ?? unknown(code);
  const metadata = { network: code, ...(again && { retryable: 'true' }) };
  return new NotationError(kind, `${peerOf(code, url, route)}: ${found}`, { cause, hint, metadata });
}

/** Whether the same request may well succeed a moment later. */
export function isTransient(error: unknown): boolean {
  return error instanceof NotationError && reasons.get(error.metadata?.['network'] ?? '')?.again === true;
}

/** Whether TLS failed for want of an authority that is trusted. */
export function isUntrusted(cause: unknown): boolean {
  return reasons.get(codeOf(cause))?.found === unknownAuthority.found;
}

interface Reason {
  readonly found: string;
  readonly hint: string;
  readonly kind: 'UNAVAILABLE' | 'TIMEOUT';
  readonly again: boolean;
}

function unknown(code: string): Reason {
  return { found: `no answer (${code})`, hint: checkNetwork, kind: 'UNAVAILABLE', again: false };
}

const checkNetwork = 'check the network, HTTPS_PROXY and NO_PROXY';
const checkName = 'check the region, the vault name or the endpoint, and the name server';
const checkTrust =
  "name the PEM file of that authority with the plugin config option ca_bundle, or add it to the system's certificate store";
const checkProxy = 'check HTTPS_PROXY, its user name and password, and whether it lets this host through';

const unknownAuthority = { found: 'the TLS certificate comes from an authority that is not trusted', hint: checkTrust };
const closed = { found: 'the connection was closed before a whole answer came', hint: checkNetwork };
const unreachable = { found: 'it cannot be reached', hint: checkNetwork };
const noTls = { found: 'expected TLS, found something else', hint: 'check the scheme and the port of the endpoint' };
const unreadable = {
  found: 'the answer is packed in a way that cannot be undone',
  hint: 'check the endpoint, and whether a proxy stands in for it',
};
const slow = { found: 'no connection in time', hint: checkNetwork };

/** Every error code that the runtimes give to one of these kinds of failure. */
const reasons: ReadonlyMap<string, Reason> = new Map([
  ...rows(['ENOTFOUND', 'EAI_NODATA', 'EAI_NONAME'], { found: 'no such host name', hint: checkName }),
  ...rows(['EAI_AGAIN', 'EAI_FAIL'], { found: 'the name server does not answer', hint: checkName }, true),
  ...rows(['ECONNREFUSED'], { found: 'nothing listens there', hint: checkNetwork }, true),
  ...rows(['ECONNRESET', 'EPIPE', 'ERR_SOCKET_CLOSED', 'HPE_INVALID_EOF_STATE'], closed, true),
  ...rows(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'], unreachable),
  ...rows(['ETIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT'], slow, true, 'TIMEOUT'),
  ...rows(
    [
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_UNTRUSTED',
    ],
    unknownAuthority,
  ),
  ...rows(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'], {
    found: 'the TLS certificate is for another host name',
    hint: checkName,
  }),
  ...rows(['CERT_HAS_EXPIRED'], {
    found: 'the TLS certificate has expired',
    hint: "check this machine's clock, and tell whoever runs the service",
  }),
  ...rows(['CERT_NOT_YET_VALID'], { found: 'the TLS certificate is not valid yet', hint: "check this machine's clock" }),
  ...rows(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'], noTls),
  ...rows(['content-encoding', 'Z_DATA_ERROR', 'Z_BUF_ERROR', 'ERR_BUFFER_TOO_LARGE'], unreadable),
  ...rows(['ERR_PROXY_TUNNEL'], { found: 'the proxy refused to connect', hint: checkProxy }),
]);

function rows(
  codes: readonly string[],
  reason: Pick<Reason, 'found' | 'hint'>,
  again = false,
  kind: Reason['kind'] = 'UNAVAILABLE',
): readonly (readonly [string, Reason])[] {
  return codes.map((code) => [code, { ...reason, again, kind }]);
}

function late(host: string, cause: unknown): NotationError {
  return new NotationError('TIMEOUT', `${host}: no whole answer before the deadline`, {
    cause,
    hint: 'try again, or raise the plugin config option timeout',
  });
}

/** A connection is made to the proxy where there is one; what TLS says is said of the host itself. */
function peerOf(code: string, url: string, { proxy }: Route): string {
  if (proxy === undefined) return hostOf(url);
  return toProxy.has(code) ? `the proxy ${hostOf(proxy)}` : `${hostOf(url)}, through the proxy ${hostOf(proxy)}`;
}

const toProxy: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

function hostOf(url: string): string {
  return new URL(url).host;
}

/** fetch on Node.js hides the code in the cause; several addresses tried give an AggregateError. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown reason';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return cause.cause === undefined ? cause.name : codeOf(cause.cause);
}
