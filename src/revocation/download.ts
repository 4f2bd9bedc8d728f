// CRLs over HTTP (trust policy specification § CRL Download).
import { NotationError } from '../core/error.ts';
import type { Http } from '../core/ports.ts';
import { inquire } from '../http/inquiry.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type CrlPair, checkBaseCrl, checkDeltaCrl } from '../x509/crl/check.ts';
import { type Crl, parseCrl } from '../x509/crl/crl.ts';

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
  const { body } = await inquire({ method: 'GET', url: parsed.href, headers: {}, limit }, { http, patienceMs, who: 'CRL', ...said });
  return body;
}

const said = { code: 'REVOCATION', hint: 'check whether the server of the CRL is in service and can be reached from here' } as const;

function refused(problem: string): NotationError {
  return new NotationError('REVOCATION', `CRL: expected ${problem}`, { hint: 'the certificate cannot be checked by this CRL' });
}
