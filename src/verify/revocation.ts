import { NotationError } from '../core/error.ts';
import type { AskRevocation, RevocationQuestion, RevocationReport } from '../x509/revocation/report.ts';
import { describeRevocation } from '../x509/revocation/text.ts';
import type { Verdict } from './outcome.ts';

/** A verdict of this program's, never a plugin's. */
type ReportVerdict = Verdict<'revocation'> & { readonly evidence: RevocationReport };

/** Whether no certificate of a chain is revoked; what cannot be told is a failure (REV-002). */
export async function judgeRevocation(question: RevocationQuestion, ask: AskRevocation): Promise<ReportVerdict> {
  const evidence = await ask(question);
  if (evidence.verdict === 'good') return { result: 'passed', evidence };
  return { result: 'failed', error: evidence.verdict === 'revoked' ? revoked(evidence) : undetermined(evidence), evidence };
}

function revoked(report: RevocationReport): NotationError {
  return new NotationError('REVOKED', describeRevocation(report), {
    hint: 'do not use what this certificate signed; ask its owner for a new signature',
  });
}

function undetermined(report: RevocationReport): NotationError {
  return new NotationError('REVOCATION', describeRevocation(report), {
    hint: 'try again when these answer, or have the trust policy log revocation instead of enforcing it',
  });
}
