// One open key for many signatures, with a deadline for each that does not grow with their number.
import type { Deadline, Signer } from '../../core/ports.ts';
import { endBy, openDeadline } from '../../http/deadline.ts';
import { openKey } from '../../kms/index.ts';
import type { KeyContext } from '../../kms/provider.ts';
import { toSigner } from '../../kms/signer.ts';

/** Gives out the signer of an open key. @throws NotationError as opening the key does */
export type LeaseSigner = () => Promise<Signer>;

interface Lease {
  readonly signer: Promise<Signer>;
  /** Reading of the process's own clock, in milliseconds. */
  readonly until: number;
}

/**
 * A key is opened, with its credentials, under one deadline of `deadlineMs`, and used for the first third of it; whoever comes later gets it
 * opened anew. So a signature has at least two thirds of the deadline, and credentials are fetched a few times in a long run, not once a signature.
 */
export function leaseSigner(keyId: string, deadlineMs: number, contextOf: (deadline: Deadline) => KeyContext): LeaseSigner {
  let lease: Lease | undefined;
  const renew = (): Lease => {
    const deadline = openDeadline(deadlineMs);
    const inTime = <T>(work: Promise<T>) => endBy(deadline, deadlineMs, work);
    const signer = inTime(open(keyId, contextOf(deadline))).then(({ algorithm, sign }) => ({
      algorithm,
      sign: (message: Uint8Array) => inTime(sign(message)),
    }));
    // The next signature may have better luck.
    signer.catch(() => {
      if (lease?.signer === signer) lease = undefined;
    });
    return { signer, until: performance.now() + deadlineMs / 3 };
  };
  return () => {
    if (lease === undefined || performance.now() > lease.until) lease = renew();
    return lease.signer;
  };
}

async function open(keyId: string, context: KeyContext): Promise<Signer> {
  return toSigner(await openKey(keyId, context), context.now);
}
