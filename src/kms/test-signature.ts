import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { type Finding, found } from '../core/finding.ts';
import { verifySignature } from '../x509/public-key.ts';
import type { Key } from './provider.ts';

/**
 * What is signed to see whether a key signs. It says what it is, and nothing that verifies signatures takes it for anything else: what a signature is
 * over begins with base64url and a dot in JWS, with 0x84 in COSE (an array of four), and with 0x30 in certificates, requests, CRLs and CMS (a SEQUENCE);
 * this begins with a word and a blank. It is always the same, so that who gets hold of its signature has nothing but the same sentence again,
 * and nobody can have another sentence signed by this way.
 */
export const testMessage =
  'notation-ts-kms doctor: a test whether this key signs. It is about no artifact and proves nothing to anybody.\n';

/** Has the key sign a test, and verifies that under its own public key. @throws NotationError what signing throws, `KEY_MISMATCH` */
export async function signTestMessage(key: Key, message: string = testMessage): Promise<Finding> {
  const bytes = Buffer.from(message);
  const signature = await key.sign(bytes);
  await checkTestSignature(key, bytes, signature);
  return found('signed a test, which verifies under its public key', { how: 'test signature' });
}

/** @throws NotationError `KEY_MISMATCH` */
export async function checkTestSignature(key: Key, message: Uint8Array, signature: Uint8Array): Promise<void> {
  if (verifySignature(await publicKeyOf(key), key.algorithm, message, signature)) return;
  throw new NotationError('KEY_MISMATCH', `a test signature does not verify as ${key.algorithm.signing} under the key's public key`, {
    hint: 'the service signs in another form, or with another version of the key: it is no service to sign with, or the key id needs a version',
  });
}

/** Who may sign need not be allowed to read the public key: then the certificate's must do, as it does for every signature. */
async function publicKeyOf(key: Key): Promise<Der> {
  try {
    return await key.publicKeyInfo();
  } catch (error) {
    if (!(error instanceof NotationError) || error.code !== 'ACCESS_DENIED') throw error;
    const [leaf] = await key.certificates().catch(() => []);
    if (leaf === undefined) throw error;
    return leaf.publicKeyInfo;
  }
}
