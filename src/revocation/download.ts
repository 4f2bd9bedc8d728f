// CRLs over HTTP (trust policy specification § CRL Download).
import { type ErrorCode, NotationError, ownErrorIn } from '../core/error.ts';
import type { Http, HttpResponse } from '../core/ports.ts';
import { version } from '../core/version.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type Crl, parseCrl } from '../x509/crl.ts';
import { type CrlPair, checkBaseCrl, checkDeltaCrl } from '../x509/crl-check.ts';

export interface DownloadPorts {
  readonly http: Http;
  /** For each whole answer, redirects and all. */
  readonly patienceMs: number;
}

/**
 * The CRL at a URL, and the delta CRL where it names one, both checked to be the issuer's. What nobody signed sends no requests: the delta CRL is
 * asked for when the signature of the other holds.
 * @throws NotationError `REVOCATION` or `CERTIFICATE` when what comes is no such CRL, `ACCESS_DENIED`, `THROTTLED`, `UNAVAILABLE`, `TIMEOUT`
 */
export async function downloadCrls(url: string, issuer: Certificate, ports: DownloadPorts): Promise<CrlPair> {
  const base = parseCrl(await get(url, ports), 'CRL');
  checkBaseCrl(base, issuer);
  const delta = await downloadDelta(base.freshestUrls, ports);
  const crls = { base, ...(delta && { delta }) };
  checkDeltaCrl(crls, issuer);
  return crls;
}

/** A larger CRL than any known one; as the reference has it. */
const limit = (32 << 20) - 1;
const maximumRedirects = 10;
const maximumDeltaUrls = 8;

/** RFC 5280 §5.2.6: they are for redundancy, so that the first which answers with a CRL will do. */
async function downloadDelta(urls: readonly string[], ports: DownloadPorts): Promise<Crl | undefined> {
  if (urls.length > maximumDeltaUrls) throw refused(`at most ${maximumDeltaUrls} places of delta CRLs, found ${urls.length}`);
  let last: unknown;
  for (const url of urls) {
    try {
      return parseCrl(await get(url, ports), 'delta CRL');
    } catch (cause) {
      last = cause;
    }
  }
  if (last !== undefined) throw last;
  return undefined;
}

async function get(url: string, { http, patienceMs }: DownloadPorts): Promise<Uint8Array> {
  const parsed = URL.parse(url);
  // REV-011. RFC 5280 §8: a CRL over TLS may need itself.
  if (parsed?.protocol !== 'http:') throw refused(`an http: URL, found ${parsed ? parsed.protocol : 'none'}`);
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const response = await follow(parsed, http, signal, 0);
    if (response.status === 200) return response.body;
    throw badStatus(response, parsed);
  } catch (cause) {
    throw signal.aborted && ownErrorIn(cause)?.code === 'TIMEOUT' ? tooLate(parsed, patienceMs, cause) : cause;
  }
}

async function follow(url: URL, http: Http, signal: AbortSignal, redirects: number): Promise<HttpResponse> {
  const response = await http.send({
    method: 'GET',
    url: url.href,
    headers: { 'user-agent': `notation-ts-kms/${version}` },
    signal,
    limit,
  });
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
  if (redirects === maximumRedirects) throw refused(`at most ${maximumRedirects} redirects, found more`);
  const to = URL.parse(location, url.href);
  if (!to || !/^https?:$/.test(to.protocol)) throw refused('a redirect to an http: or https: URL, found another');
  return follow(to, http, signal, redirects + 1);
}

function badStatus({ status }: HttpResponse, url: URL): NotationError {
  const code = codes.get(status) ?? (status >= 500 ? 'UNAVAILABLE' : 'REVOCATION');
  return new NotationError(code, `${url.host}: expected status 200, found ${status}`, { hint: checkServer });
}

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [429, 'THROTTLED'],
]);

const checkServer = 'check whether the server of the CRL is in service and can be reached from here';

function tooLate({ host }: URL, patienceMs: number, cause: unknown): NotationError {
  return new NotationError('TIMEOUT', `${host}: expected the CRL within ${patienceMs / 1000} s, found no whole answer`, {
    cause,
    hint: checkServer,
  });
}

function refused(problem: string): NotationError {
  return new NotationError('REVOCATION', `CRL: expected ${problem}`, { hint: 'the certificate cannot be checked by this CRL' });
}
