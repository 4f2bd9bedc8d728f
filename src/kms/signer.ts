import type { Clock, Signature, Signer } from '../core/ports.ts';
import { checkCodeSigningChain } from '../x509/chain/profile.ts';
import { checkFreshSignature } from '../x509/fresh-signature.ts';
import type { Key } from './provider.ts';

/**
 * A key as a signer: checks the chain against the code-signing rules at this moment, signs, and believes nothing until the
 * signature verifies under the leaf.
 */
export function toSigner(key: Key, now: Clock): Signer {
  return { algorithm: key.algorithm, sign: (message) => signChecked(key, message, now) };
}

async function signChecked(key: Key, message: Uint8Array, now: Clock): Promise<Signature> {
  const chain = await key.certificates();
  checkCodeSigningChain(chain, now());
  return checkFreshSignature(chain, key.algorithm, message, await key.sign(message));
}
