import { NotationError } from '../core/error.ts';
import type { Accepted, Outcome } from '../verify/outcome.ts';

/**
 * The signature that passed.
 * @throws NotationError `UNVERIFIED` when none did, with the first reason as its cause; also when the policy says to skip verification, for then nothing is known
 */
export function requireVerified<S>(outcome: Outcome<S>): Accepted & S {
  if (outcome.status === 'verified') return outcome.accepted;
  const statement = JSON.stringify(outcome.statement.name);
  if (outcome.status === 'skipped') {
    throw new NotationError(
      'UNVERIFIED',
      `expected a verified signature, found that the trust policy statement ${statement} skips verification`,
    );
  }
  const [first] = outcome.rejected;
  if (first === undefined) throw new NotationError('UNVERIFIED', 'expected a verified signature, found no signature');
  const others = outcome.rejected.length === 1 ? '' : `, and ${outcome.rejected.length - 1} more were rejected`;
  const { message, hint } = first.error;
  throw new NotationError('UNVERIFIED', `expected a verified signature, found one that was rejected: ${message}${others}`, {
    cause: first.error,
    ...(hint !== undefined && { hint }),
  });
}
