import { NotationError, sentenceOf } from '../core/error.ts';
import { nameOf } from '../x509/certificate.ts';
import type { AskRevocation, CertificateStatus, RevocationQuestion, RevocationReport } from '../x509/revocation.ts';
import type { Verdict } from './outcome.ts';

/** Whether no certificate of a chain is revoked; what cannot be told is a failure (REV-002). */
export async function judgeRevocation(question: RevocationQuestion, ask: AskRevocation): Promise<Verdict<'revocation'>> {
  const evidence = await ask(question);
  if (evidence.verdict === 'good') return { result: 'passed', evidence };
  return { result: 'failed', error: evidence.verdict === 'revoked' ? revoked(evidence) : undetermined(evidence), evidence };
}

function revoked({ certificates }: RevocationReport): NotationError {
  const told = certificates.filter((one) => one.status === 'revoked').map(describeRevoked);
  return new NotationError('REVOKED', told.join('; '), {
    hint: 'do not use what this certificate signed; ask its owner for a new signature',
  });
}

function describeRevoked({ certificate, revokedAt, reason, source }: CertificateStatus & { readonly status: 'revoked' }): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${nameOf(certificate)}: expected it not to be revoked, found it revoked on ${revokedAt.toISOString()}${why} by ${source.method} from ${source.url}`;
}

function undetermined({ certificates }: RevocationReport): NotationError {
  const told = certificates.filter(({ status }) => status === 'unknown').map(describeUnknown);
  return new NotationError('REVOCATION', told.join('; '), {
    hint: 'try again when these answer, or have the trust policy log revocation instead of enforcing it',
  });
}

function describeUnknown({ certificate, problems }: CertificateStatus): string {
  const tried = problems.map(({ method, url, error }) => `${method} ${url}: ${sentenceOf(error)}`);
  const found = tried.length === 0 ? 'nobody who tells' : tried.join(', ');
  return `${nameOf(certificate)}: expected to learn whether it is revoked, found ${found}`;
}
