// What certificates at hand say of the key that they are for, so that nobody need be asked; nothing of cryptography is loaded before it is needed.
import { type Algorithm, algorithmOfSpec } from '../core/algorithm.ts';
import { type Certificate, leafByName } from '../x509/certificate.ts';
import { keySpecOf } from '../x509/key-spec.ts';

/** What the key of a leaf signs with. @throws NotationError `KEY_UNUSABLE` */
export function algorithmOfLeaf({ publicKeyInfo }: Certificate): Algorithm {
  return algorithmOfSpec(keySpecOf(publicKeyInfo, 'leaf certificate'));
}

/** The certificates as a chain, leaf first; names tell the leaf where they can. @throws NotationError `CERTIFICATE`, `KEY_MISMATCH` */
export async function chainOf(certificates: readonly Certificate[]): Promise<readonly Certificate[]> {
  const { toChain } = await import('./chain.ts');
  return toChain(certificates, leafByName(certificates)?.publicKeyInfo);
}
