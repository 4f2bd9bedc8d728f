import type { Algorithm } from '../../core/algorithm.ts';
import { fromBase64, toBase64 } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { checkChecksum, checksumOf, corrupted } from './checksum.ts';
import { isSameVersion } from './key-id.ts';
import type { GcpSession } from './session.ts';

/**
 * Signs a digest of the algorithm's hash with a version. One request; everything that Cloud KMS offers for it is checked: that it received the digest,
 * which version signed, and that the signature came as it was made.
 * @returns PSS (salt = hash length) for RSA, DER for EC
 * @throws NotationError
 */
export async function signDigest(version: string, digest: Uint8Array, { hash }: Algorithm, session: GcpSession): Promise<Uint8Array> {
  const { ask, host } = session;
  const said = await ask({
    permission: 'cloudkms.cryptoKeyVersions.useToSign',
    resource: version,
    ending: ':asymmetricSign',
    body: { digest: { [hash.toLowerCase().replace('-', '')]: toBase64(digest) }, digestCrc32c: checksumOf(digest) },
  });
  const { name, signature: text, verifiedDigestCrc32c: received, signatureCrc32c: checksum } = said;
  if (typeof text !== 'string' || text === '' || typeof name !== 'string')
    throw new NotationError('UNAVAILABLE', `${host}: expected a signature by ${version}, found something else`);
  if (received !== true) throw corrupted(`${host}: expected the digest to be received with its checksum, found that it was not`);
  if (!isSameVersion(name, version)) throw corrupted(`${host}: expected a signature by ${version}, found one by another key or version`);
  const signature = fromBase64(text, `${host}: signature`, 'UNAVAILABLE');
  checkChecksum(signature, checksum, `${host}: signature`);
  return signature;
}
