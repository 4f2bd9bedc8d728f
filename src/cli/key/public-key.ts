import { openKey } from '../../kms/index.ts';
import type { ToolContext } from '../context.ts';
import { type KeyWish, withKeys } from '../sign/key-context.ts';
import { checkDestination, type Destination, deliver, encode, type Format } from './destination.ts';

/** Prints the key's SubjectPublicKeyInfo, from the backend itself. @throws NotationError */
export async function printPublicKey(wish: KeyWish & Destination & { readonly format: Format }, context: ToolContext): Promise<number> {
  await checkDestination(wish);
  const der = await withKeys('key public', wish, context, async (keys) => (await openKey(wish.id, keys)).publicKeyInfo());
  await deliver(encode(der, 'PUBLIC KEY', wish.format), 'public key', wish, context);
  return 0;
}
