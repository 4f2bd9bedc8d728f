import { type ErrorDetails, NotationError } from '../../core/error.ts';

/** The error of a token that breaks a rule. */
export function brokenToken(problem: string, details: ErrorDetails = {}): NotationError {
  return new NotationError('TIMESTAMP', `timestamp token: ${problem}`, { hint: askAuthority, ...details });
}

/** Runs `work`; what certificates and DER complain of is a `TIMESTAMP` error here, and the authority's business. */
export function asTimestampError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NotationError) || error.code === 'TIMESTAMP') throw error;
    const { message, metadata } = error;
    const told = message.startsWith('timestamp') ? message : `timestamp token: ${message}`;
    throw new NotationError('TIMESTAMP', told, { cause: error, hint: askAuthority, ...(metadata && { metadata }) });
  }
}

const askAuthority = 'tell whoever runs the timestamp authority, or use another';
