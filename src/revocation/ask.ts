// Whether the certificates of a chain are revoked: OCSP, and CRLs where that tells nothing (trust policy specification § Certificate Revocation Evaluation).
import { NotationError } from '../core/error.ts';
import type { Clock, Http, Log } from '../core/ports.ts';
import { type Certificate, nameOf, quoteSubject } from '../x509/certificate.ts';
import { isIssuedBy, isSelfSigned } from '../x509/chain/chain.ts';
import { fingerprint } from '../x509/public-key.ts';
import type { AskRevocation, CertificateStatus, RevocationReport } from '../x509/revocation/report.ts';
import type { CrlCache } from './crl-cache.ts';
import type { OcspFindings } from './ocsp.ts';
import { type RememberOcsp, rememberOcsp } from './ocsp-memory.ts';

export interface RevocationOptions {
  readonly http: Http;
  readonly now: Clock;
  readonly cache: CrlCache;
  /** Milliseconds for each OCSP responder; 2 s (REV-006). */
  readonly ocspPatienceMs?: number;
  /** Milliseconds for each CRL; 5 s (REV-012). */
  readonly crlPatienceMs?: number;
  readonly log: Log;
}

/**
 * Opens the way to find out. Nothing is loaded and nobody is asked for a chain that names no source; all certificates of a chain are asked about at the
 * same time, and what one process learns of a certificate it asks once while that is current.
 *
 * What it answers throws `CERTIFICATE` for what is no chain up to a root, because nobody could be asked about that.
 */
export function openRevocation(options: RevocationOptions): AskRevocation {
  const remember = rememberOcsp(options.now);
  return async ({ chain, authenticSigningTime }) => {
    checkLinks(chain);
    const inquiry = { ...options, remember, ...(authenticSigningTime && { authenticSigningTime }) };
    const certificates = await Promise.all(chain.map((certificate, index) => ask(certificate, chain[index + 1], inquiry)));
    for (const status of certificates) tell(status, options.log);
    return { verdict: verdictOf(certificates), certificates };
  };
}

/** As the reference has them, and the specification (REV-006, REV-012). */
const usualPatience = { ocspPatienceMs: 2000, crlPatienceMs: 5000 };

interface Inquiry extends RevocationOptions {
  readonly authenticSigningTime?: Date;
  readonly remember: RememberOcsp;
}

// Each answer is about one certificate of one issuer: a chain with a gap would be asked about in the wrong place, or not at all.
function checkLinks(chain: readonly Certificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer ? isIssuedBy(certificate, issuer) : isSelfSigned(certificate)) continue;
    throw noChain(`expected the issuer of ${quoteSubject(certificate)} next, found ${issuer ? quoteSubject(issuer) : 'none'}`);
  }
  if (chain.length === 0) throw noChain('expected certificates, found none');
}

function noChain(problem: string): NotationError {
  return new NotationError('CERTIFICATE', `revocation: ${problem}`, { hint: 'give the whole chain, leaf first, root last' });
}

async function ask(certificate: Certificate, issuer: Certificate | undefined, inquiry: Inquiry): Promise<CertificateStatus> {
  if (!issuer) return { certificate, problems: [], status: 'not revocable', why: 'root' };
  const { ocspUrls, crlUrls } = certificate;
  if (ocspUrls.length + crlUrls.length === 0) return { certificate, problems: [], status: 'not revocable', why: 'no source' };
  const told = ocspUrls.length > 0 ? await askResponders(certificate, issuer, inquiry) : undefined;
  if (told?.status) return judge(certificate, told, inquiry.authenticSigningTime);
  const problems = told?.problems ?? [];
  if (crlUrls.length === 0) return { certificate, problems, status: 'unknown' };
  const status = await askLists(certificate, issuer, inquiry);
  return { ...status, problems: [...problems, ...status.problems] };
}

async function askResponders(certificate: Certificate, issuer: Certificate, inquiry: Inquiry): Promise<OcspFindings> {
  const { http, now, remember, ocspPatienceMs: patienceMs = usualPatience.ocspPatienceMs } = inquiry;
  const { askOcsp } = await import('./ocsp.ts');
  const checkResponder = (responder: Certificate) => checkByList(responder, issuer, inquiry);
  const key = `${fingerprint(certificate.der)} ${fingerprint(issuer.der)}`;
  return remember(key, () => askOcsp(certificate, issuer, { http, now, patienceMs, checkResponder }));
}

async function askLists(certificate: Certificate, issuer: Certificate, inquiry: Inquiry): Promise<CertificateStatus> {
  const { http, now, cache, authenticSigningTime, crlPatienceMs: patienceMs = usualPatience.crlPatienceMs } = inquiry;
  const { askCrls } = await import('./crl.ts');
  return askCrls(certificate, issuer, { http, now, cache, patienceMs, ...(authenticSigningTime && { authenticSigningTime }) });
}

// REV-010: through CRLs alone, or responders could vouch for each other for ever; one that names no CRL cannot be revoked (REV-004).
async function checkByList(responder: Certificate, issuer: Certificate, { authenticSigningTime: _, ...inquiry }: Inquiry): Promise<void> {
  const { status, problems } = await askLists(responder, issuer, inquiry);
  if (status === 'good' || status === 'not revocable') return;
  const why = status === 'revoked' ? 'that it is' : `that this cannot be told: ${problems.map(({ error }) => error.message).join(', ')}`;
  throw new NotationError('REVOCATION', `OCSP response: expected its signer ${quoteSubject(responder)} not to be revoked, found ${why}`, {
    hint: 'tell whoever runs the certificate authority',
  });
}

type Told = OcspFindings & { readonly status: object };

// REV-009: signatures of before the invalidity date hold, where an authority vouches for when they were made.
function judge(certificate: Certificate, { status, source, problems }: Told, authenticSigningTime: Date | undefined): CertificateStatus {
  if (status.kind !== 'revoked') return { certificate, problems, status: 'good', source };
  const { kind, ...revocation } = status;
  if (authenticSigningTime && revocation.invalidityDate && authenticSigningTime < revocation.invalidityDate)
    return { certificate, problems, status: 'good', source };
  return { certificate, problems, status: kind, source, ...revocation };
}

// A revocation outweighs all that is unknown (AMB-35).
function verdictOf(certificates: readonly CertificateStatus[]): RevocationReport['verdict'] {
  const found = new Set(certificates.map(({ status }) => status));
  if (found.has('revoked')) return 'revoked';
  return found.has('unknown') ? 'unknown' : 'good';
}

function tell(status: CertificateStatus, log: Log): void {
  const name = nameOf(status.certificate);
  for (const { method, url, error } of status.problems)
    log('debug', 'a source of revocation did not tell', { certificate: name, method, url, cause: error.message });
  if (status.status === 'not revocable' && status.why === 'no source')
    log('warn', `${name} names no source of revocation: it cannot be revoked`);
  else
    log('debug', 'revocation', {
      certificate: name,
      status: status.status,
      ...('source' in status && { method: status.source.method, url: status.source.url }),
    });
}
