import type { Algorithm } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
import type { Clock, Signature, Signer } from '../core/ports.ts';
import { checkCodeSigningChain } from '../x509/chain/profile.ts';
import { verifySignature } from '../x509/public-key.ts';
import type { Key } from './provider.ts';

/**
 * A key as a signer: checks the chain against the code-signing rules at this moment, signs, and believes nothing until the
 * signature verifies under the leaf. That one public-key operation turns every mismatched certificate, wrong key version,
 * DER slip or salt slip of a backend into one clear error.
 */
export function toSigner(key: Key, now: Clock): Signer {
  return { algorithm: key.algorithm, sign: (message) => signChecked(key, message, now) };
}

async function signChecked(key: Key, message: Uint8Array, now: Clock): Promise<Signature> {
  const chain = await key.certificates();
  checkCodeSigningChain(chain, now());
  const bytes = await key.sign(message);
  const leaf = chain[0];
  if (leaf === undefined || !verifySignature(leaf.publicKeyInfo, key.algorithm, message, bytes)) throw wrongSignature(key.algorithm);
  return { bytes, certificates: chain.map((certificate) => certificate.der) };
}

function wrongSignature(algorithm: Algorithm): NotationError {
  return new NotationError('KEY_MISMATCH', `the signature does not verify as ${algorithm.signing} under the leaf certificate`, {
    hint: 'the certificate belongs to another key or key version, or the backend signs in another form',
  });
}
