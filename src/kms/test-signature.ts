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

/** Has the key sign a test, and verifies that as every signature is verified. @throws NotationError what signing throws, `KEY_MISMATCH` */
export async function signTestMessage(key: Key, message: string = testMessage): Promise<Finding> {
  const bytes = Buffer.from(message);
  await checkTestSignature(key, bytes, await key.sign(bytes));
  return found('signed a test, which verifies', { how: 'test signature' });
}

/** By the certificate, as each signature; by the key itself where there is no certificate. @throws NotationError `KEY_MISMATCH` */
export async function checkTestSignature(key: Key, message: Uint8Array, signature: Uint8Array): Promise<void> {
  const [leaf] = await key.certificates().catch(() => []);
  const publicKeyInfo = leaf?.publicKeyInfo ?? (await key.publicKeyInfo());
  if (verifySignature(publicKeyInfo, key.algorithm, message, signature)) return;
  const whose = leaf === undefined ? "the key's own public key" : 'its certificate';
  throw new NotationError('KEY_MISMATCH', `a test signature does not verify as ${key.algorithm.signing} under ${whose}`, {
    hint: 'the certificate is for another key or another version of it, or the service signs in another form',
  });
}
