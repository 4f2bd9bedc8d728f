import { NotationError } from '../core/error.ts';
import type { SignedAttributes } from '../core/model.ts';
import type { Verdict } from './outcome.ts';

/** Whether a signature is before its expiry; at that second it has expired (EXP-002, AMB-30). One without expiry never does. */
export function judgeExpiry({ expiry }: SignedAttributes, now: Date): Verdict<'expiry'> {
  if (expiry === undefined) return { result: 'passed', evidence: { now } };
  const evidence = { now, expiry: expiry.at };
  if (now < expiry.at) return { result: 'passed', evidence };
  const error = new NotationError(
    'EXPIRED',
    `signature: expected an expiry after ${now.toISOString()}, found that it expired on ${expiry.at.toISOString()}`,
    { hint: 'have the artifact signed anew' },
  );
  return { result: 'failed', error, evidence };
}
