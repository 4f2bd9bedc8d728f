// One open key for many signatures.
import type { Deadline, Signer } from '../../core/ports.ts';
import { openLease } from '../../http/lease.ts';
import { openKey } from '../../kms/index.ts';
import type { KeyContext } from '../../kms/provider.ts';
import { toSigner } from '../../kms/signer.ts';

/** Gives out the signer of an open key. @throws NotationError as opening the key does */
export type LeaseSigner = () => Promise<Signer>;

/** A key that is opened as a lease has it, with a deadline of `deadlineMs`. */
export function leaseSigner(keyId: string, deadlineMs: number, contextOf: (deadline: Deadline) => KeyContext): LeaseSigner {
  const lease = openLease((deadline) => open(keyId, contextOf(deadline)), deadlineMs);
  return async () => {
    const { resource: signer, inTime } = await lease.take();
    return { algorithm: signer.algorithm, sign: (message) => inTime(signer.sign(message)) };
  };
}

async function open(keyId: string, context: KeyContext): Promise<Signer> {
  return toSigner(await openKey(keyId, context), context.now);
}
