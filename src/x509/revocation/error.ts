import { type ErrorDetails, NotationError } from '../../core/error.ts';

/** The error of an answer about revocation that cannot be used; `what` names the answer. */
export function unusableAnswer(what: string, problem: string, details: ErrorDetails = {}): NotationError {
  return new NotationError('REVOCATION', `${what}: ${problem}`, { hint: askIssuer, ...details });
}

/** Runs `work`; what certificates and DER complain of is a `REVOCATION` error here, and the issuer's business. */
export function asRevocationError<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NotationError) || error.code === 'REVOCATION') throw error;
    const told = error.message.startsWith(what) ? error.message : `${what}: ${error.message}`;
    throw new NotationError('REVOCATION', told, { cause: error, hint: askIssuer });
  }
}

const askIssuer = 'tell whoever runs the certificate authority; until then it cannot be told whether its certificates are revoked';
