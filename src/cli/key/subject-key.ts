import { type Algorithm, algorithmOfSpec } from '../../core/algorithm.ts';
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import type { Key } from '../../kms/provider.ts';
import { keySpecOf } from '../../x509/key-spec.ts';
import { verifySignature } from '../../x509/public-key.ts';

/** A key that is to have a certificate. */
export interface SubjectKey {
  readonly algorithm: Algorithm;
  /** From the backend itself, whatever certificates there may be already. */
  readonly publicKeyInfo: Der;
  /** As `Key.sign`; believed only once it verifies under `publicKeyInfo`. @throws NotationError `KEY_MISMATCH` when it does not */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/**
 * A key as one to certify, whatever certificates go with it.
 * @throws NotationError `KEY_UNUSABLE` when it is of no supported spec, `KEY_MISMATCH` when a certificate that goes with it is of another
 */
export async function toSubjectKey(key: Key): Promise<SubjectKey> {
  const publicKeyInfo = await key.publicKeyInfo();
  const algorithm = algorithmOfSpec(keySpecOf(publicKeyInfo, 'key'));
  if (algorithm !== key.algorithm) throw otherCertificate(algorithm, key.algorithm);
  const sign = async (message: Uint8Array) => {
    const signature = await key.sign(message);
    if (verifySignature(publicKeyInfo, algorithm, message, signature)) return signature;
    throw new NotationError('KEY_MISMATCH', `the signature does not verify as ${algorithm.signing} under the key's own public key`, {
      hint: 'the key changed meanwhile, or the backend signs in another form: try again with a key id that names a version',
    });
  };
  return { algorithm, publicKeyInfo, sign };
}

function otherCertificate(found: Algorithm, certified: Algorithm): NotationError {
  return new NotationError(
    'KEY_MISMATCH',
    `the key is ${found.keySpec}, and the certificate that goes with it is for ${certified.keySpec}`,
    {
      hint: 'move the certificate of the other key away, or leave cert_chain and ca_certs out',
    },
  );
}
