import { sentenceOf } from '../../core/error.ts';
import { nameOf } from '../certificate.ts';
import type { CertificateStatus, RevocationReport } from './report.ts';

/** What of a chain is not good: the certificates that are revoked, by whom and why; where none is, those of which nobody tells, and who was asked. */
export function describeRevocation({ certificates }: RevocationReport): string {
  const revoked = certificates.filter((one) => one.status === 'revoked').map(describeRevoked);
  if (revoked.length > 0) return revoked.join('; ');
  return certificates
    .filter(({ status }) => status === 'unknown')
    .map(describeUnknown)
    .join('; ');
}

function describeRevoked({ certificate, revokedAt, reason, source }: CertificateStatus & { readonly status: 'revoked' }): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${nameOf(certificate)}: expected it not to be revoked, found it revoked on ${revokedAt.toISOString()}${why} by ${source.method} from ${printUrl(source.url)}`;
}

function describeUnknown({ certificate, problems }: CertificateStatus): string {
  const tried = problems.map(({ method, url, error }) => `${method} ${printUrl(url)}: ${sentenceOf(error)}`);
  const found = tried.length === 0 ? 'nobody who tells' : tried.join(', ');
  return `${nameOf(certificate)}: expected to learn whether it is revoked, found ${found}`;
}

/** As it is asked; a certificate may hold anything in its place, which must not reach a terminal. */
function printUrl(url: string): string {
  return URL.parse(url)?.href ?? JSON.stringify(url);
}
