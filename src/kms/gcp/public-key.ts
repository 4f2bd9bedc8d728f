import { createPublicKey } from 'node:crypto';
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { checkChecksum } from './checksum.ts';
import { textIn, wordIn } from './member.ts';
import type { GcpSession } from './session.ts';

/** What Cloud KMS tells of a version that is enabled. */
export interface GcpPublicKey {
  /** By Cloud KMS's own name. */
  readonly algorithm: string;
  readonly protection: string | undefined;
  readonly publicKeyInfo: Der;
}

/** The public key of a version, with its checksum checked. One request. @throws NotationError */
export async function getPublicKey(version: string, { ask, host }: GcpSession): Promise<GcpPublicKey> {
  const said = await ask({ permission: 'cloudkms.cryptoKeyVersions.viewPublicKey', resource: version, ending: '/publicKey' });
  const [pem, algorithm] = [textIn(said, 'pem'), wordIn(said, 'algorithm')];
  if (pem === undefined || algorithm === undefined)
    throw new NotationError('UNAVAILABLE', `${host}: expected a public key of ${version}, found something else`);
  checkChecksum(Buffer.from(pem), said['pemCrc32c'], `${host}: public key`);
  return { algorithm, protection: textIn(said, 'protectionLevel'), publicKeyInfo: toDer(pem, host) };
}

function toDer(pem: string, host: string): Der {
  try {
    return new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
  } catch {
    throw new NotationError('UNAVAILABLE', `${host}: expected a public key in PEM, found something else`);
  }
}
