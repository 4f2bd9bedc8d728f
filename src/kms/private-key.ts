import { constants, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Algorithm, supportedKeySpecs } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { isEncrypted, type KeyForm, latin1 } from './key-form.ts';

/**
 * Opens a private key: PEM or DER; PKCS#8, PKCS#1 or SEC1; encrypted with `passphrase` or not.
 * @throws NotationError `CONFIG` when the passphrase is missing or wrong, `KEY_UNUSABLE` when the key is malformed or of an unsupported kind.
 */
export function openPrivateKey(
  bytes: Uint8Array,
  form: Exclude<KeyForm, 'pkcs12'>,
  passphrase: string | undefined,
  what: string,
): KeyObject {
  const encrypted = isEncrypted(bytes, form);
  if (encrypted && passphrase === undefined) throw missingPassphrase(what);
  const secret = encrypted && passphrase !== undefined ? { passphrase } : {};
  const key = Buffer.from(bytes);
  try {
    if (form === 'labelled') return createPrivateKey({ key: onlyPrivateKey(latin1(bytes)), format: 'pem', ...secret });
    return createPrivateKey({ key, format: 'der', type: form === 'encrypted pkcs8' ? 'pkcs8' : form, ...secret });
  } catch {
    // The runtime's own sentence stays out: OpenSSL and BoringSSL differ, and neither promises to keep secrets out of it.
    throw encrypted ? wrongPassphrase(what) : unusable(what);
  }
}

/** The SubjectPublicKeyInfo (DER) of a private key's public half. */
export function publicKeyInfoOf(key: KeyObject): Der {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** PSS with salt = hash length for RSA, fixed-width r‖s for EC, over `message`. */
export function signWith(key: KeyObject, algorithm: Algorithm, message: Uint8Array): Uint8Array {
  const hash = algorithm.hash.replace('-', '').toLowerCase();
  if (algorithm.kind === 'EC') return sign(hash, message, { key, dsaEncoding: 'ieee-p1363' });
  return sign(hash, message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

export function missingPassphrase(what: string): NotationError {
  return new NotationError('CONFIG', `${what} is encrypted and no passphrase was given`, {
    hint: 'name the environment variable that holds it with passphrase_env, or a file with passphrase_file',
  });
}

export function wrongPassphrase(what: string): NotationError {
  return new NotationError('CONFIG', `${what} cannot be decrypted: the passphrase is wrong, or the cipher is not supported`, {
    hint: 'check the variable or file that passphrase_env or passphrase_file names; PBES2 with PBKDF2 and AES always works',
  });
}

function unusable(what: string): NotationError {
  return new NotationError('KEY_UNUSABLE', `${what} holds no usable private key: it is malformed or of an unsupported kind`, {
    hint: `supported keys are ${supportedKeySpecs}`,
  });
}

/** The first private key of a PEM file that may hold certificates, parameters and comments too. */
function onlyPrivateKey(pem: string): string {
  return /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/.exec(pem)?.[0] ?? pem;
}
