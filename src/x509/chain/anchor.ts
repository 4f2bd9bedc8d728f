// What may stand in a trust store, and what may be named as a timestamp authority's root.
// Trust store specification; the rules are those of the reference (notation-go, verifier/truststore).
import { NotationError } from '../../core/error.ts';
import { type Certificate, nameOf } from '../certificate.ts';
import { describeKey } from '../key-spec.ts';
import { openKey } from '../public-key.ts';
import { isSelfSigned } from './chain.ts';

/** The types that there are, in the order in which notation lists them. */
export const trustStoreTypes = ['ca', 'signingAuthority', 'tsa'] as const;
/** Whom a store vouches for: signers, signing authorities, or timestamp authorities. */
export type TrustStoreType = (typeof trustStoreTypes)[number];

/** Whether a named store may have that name: it becomes the name of a folder (AMB-22). */
export function isStoreName(name: string): boolean {
  return /^[a-zA-Z0-9_.-]+$/.test(name) && name !== '.' && name !== '..';
}

/**
 * Checks a certificate of a trust store: a root CA in `tsa`; in the others a CA, or a self-signed signing certificate.
 * @throws NotationError `CERTIFICATE` (trust store and trust policy specification § Trust Store), `KEY_UNUSABLE` for a key on another curve than NIST's, or no point of it
 */
export function checkTrustStoreCertificate(type: TrustStoreType, certificate: Certificate): void {
  checkCurve(certificate);
  if (type === 'tsa' ? isRootCa(certificate) : isCa(certificate) || isSelfSigned(certificate)) return;
  const expected = type === 'tsa' ? 'a self-signed root CA certificate' : 'a CA certificate or a self-signed signing certificate';
  throw new NotationError(
    'CERTIFICATE',
    `${nameOf(certificate)}: expected ${expected} in a trust store of type ${type}, found something else`,
    {
      hint: 'trust the root or an intermediate CA of the signer, not a certificate that it issued',
    },
  );
}

/**
 * Checks the file given as a timestamp authority's root: exactly one certificate, a self-signed CA.
 * @returns that certificate
 * @throws NotationError `CERTIFICATE`
 */
export function checkTimestampRoot(certificates: readonly Certificate[]): Certificate {
  const [root, second] = certificates;
  if (root && !second && isRootCa(root)) return root;
  const found = root && !second ? `${nameOf(root)}, which is not` : `${certificates.length} certificates`;
  throw new NotationError('CERTIFICATE', `timestamp root: expected a single self-signed root CA certificate, found ${found}`, {
    hint: "give the root certificate of the timestamp authority's chain in PEM or DER, alone",
  });
}

// An authority that signed nothing here is looked at as closely: notation reads no such certificate, and then nothing of its store.
function checkCurve(certificate: Certificate): void {
  const { kind, name } = describeKey(certificate.publicKeyInfo, nameOf(certificate));
  if (kind === 'EC') openKey(certificate.publicKeyInfo, nameOf(certificate));
  if (kind !== 'other curve') return;
  throw new NotationError('KEY_UNUSABLE', `${nameOf(certificate)}: expected an EC key on P-224, P-256, P-384 or P-521, found ${name}`, {
    hint: 'take this certificate out of the trust store: nothing that it issued can be verified',
  });
}

function isCa({ basicConstraints }: Certificate): boolean {
  return basicConstraints?.ca === true;
}

function isRootCa(certificate: Certificate): boolean {
  return isCa(certificate) && isSelfSigned(certificate);
}
