// Whether a certificate is revoked, by its issuer's CRLs (trust policy specification § Revocation Checking with CRL).
import { NotationError, toNotationError } from '../core/error.ts';
import type { Clock } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type CrlAnswer, judgeCrls } from '../x509/crl/check.ts';
import { allReasons, type DistributionPoint, parseDistributionPoints } from '../x509/crl/distribution-point.ts';
import { extensionOid } from '../x509/extension.ts';
import type { CertificateStatus, RevocationProblem, RevocationSource } from '../x509/revocation/report.ts';
import type { CrlCache } from './crl-cache.ts';
import { type DownloadPorts, downloadCrls } from './download.ts';

export interface CrlPorts extends DownloadPorts {
  readonly now: Clock;
  readonly cache: CrlCache;
  /** When the signature was made, where an authority vouches for that. */
  readonly authenticSigningTime?: Date;
}

/**
 * Asks all CRLs that a certificate names, at the same time. It is good when every one of them says so, as the reference has it (REF-30): the specification's
 * "in order until HTTP 200" (REV-012) would let a stale or partial CRL that is listed first hide the revocation in another.
 * Never throws for what servers do: that makes the status unknown, with a problem for each URL that did not tell.
 */
export async function askCrls(certificate: Certificate, issuer: Certificate, ports: CrlPorts): Promise<CertificateStatus> {
  const places = placesOf(certificate);
  if (places.length === 0) return { certificate, problems: [], status: 'not revocable', why: 'no source' };
  if (places.length > maximumPlaces) return { certificate, problems: [tooMany(places)], status: 'unknown' };
  const found = await Promise.all(places.map((place) => askOne(place, certificate, issuer, ports)));
  return { certificate, ...conclude(found) };
}

/** Honest certificates name one or two; all are fetched at the same time, and each may have 32 MiB. */
const maximumPlaces = 8;

interface Place {
  readonly url: string;
  readonly point: DistributionPoint;
}

type Found = { readonly source: RevocationSource; readonly answer: CrlAnswer } | { readonly problem: RevocationProblem };

function placesOf({ extensions }: Certificate): readonly Place[] {
  const extension = extensions.find(({ oid }) => oid === extensionOid.crlDistributionPoints);
  const points = extension ? parseDistributionPoints(extension.value, 'CRL distribution points') : [];
  return points.flatMap((point) => point.urls.map((url) => ({ url, point })));
}

async function askOne({ url, point }: Place, certificate: Certificate, issuer: Certificate, ports: CrlPorts): Promise<Found> {
  try {
    const { crls, cached } = await ports.cache.obtain(url, issuer, () => downloadCrls(url, issuer, ports));
    const { base, delta } = crls;
    const { authenticSigningTime } = ports;
    const now = ports.now();
    const answer = judgeCrls(crls, { certificate, point, now, ...(authenticSigningTime && { authenticSigningTime }) });
    const newest = delta ?? base;
    return { source: { method: 'CRL', url, thisUpdate: newest.thisUpdate, nextUpdate: newest.nextUpdate ?? now, cached }, answer };
  } catch (cause) {
    return { problem: { method: 'CRL', url, error: toNotationError(cause) } };
  }
}

type Conclusion =
  | { readonly problems: readonly RevocationProblem[]; readonly status: 'good'; readonly source: RevocationSource }
  | ({ readonly problems: readonly RevocationProblem[]; readonly status: 'revoked'; readonly source: RevocationSource } & Omit<
      Extract<CrlAnswer, { status: 'revoked' }>,
      'status'
    >)
  | { readonly problems: readonly RevocationProblem[]; readonly status: 'unknown' };

/** One revocation outweighs what else was found or not (REV-002). */
function conclude(found: readonly Found[]): Conclusion {
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []));
  const told = found.flatMap((one) => ('answer' in one ? [one] : []));
  for (const { source, answer } of told) if (answer.status === 'revoked') return { problems, source, ...answer };
  const [first] = told;
  if (!first || problems.length > 0) return { problems, status: 'unknown' };
  const covered = told.reduce((mask, { answer }) => mask | (answer.status === 'good' ? answer.reasons : 0), 0);
  if (covered !== allReasons) return { problems: [partial(first.source.url)], status: 'unknown' };
  return { problems, status: 'good', source: first.source };
}

// RFC 5280 §6.3.3: what is not revoked for some reasons may be for others.
function partial(url: string): RevocationProblem {
  const error = new NotationError('REVOCATION', 'CRL: expected CRLs for all reasons of revocation, found some reasons that none covers', {
    hint: 'ask the authority that issued the certificate where its other CRLs are',
  });
  return { method: 'CRL', url, error };
}

function tooMany(places: readonly Place[]): RevocationProblem {
  const error = new NotationError('REVOCATION', `certificate: expected at most ${maximumPlaces} URLs of CRLs, found ${places.length}`);
  return { method: 'CRL', url: places[0]?.url ?? '', error };
}
