// CertID (RFC 6960 §4.1.1): how OCSP names a certificate, by its issuer's name and key and its serial number.
import { createHash } from 'node:crypto';
import { type Der, equalBytes } from '../../core/bytes.ts';
import { type Cursor, readSequence, tag } from '../asn1/der.ts';
import { integer, nullValue, octetString, oid, sequence } from '../asn1/der-encode.ts';
import { type Certificate, parseSerial } from '../certificate.ts';

/** One CertID as it was read. */
export interface CertificateId {
  /** As node:crypto calls it; undefined for a hash that is none of SHA-1 and SHA-2. */
  readonly hash: IdHash | undefined;
  readonly issuerName: Uint8Array;
  readonly issuerKey: Uint8Array;
  /** As `Certificate.serial`. */
  readonly serial: string;
}

export type IdHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Only who signs an answer vouches for it, so that a weak hash in the names of certificates does no harm. */
const hashes: ReadonlyMap<string, IdHash> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** @throws NotationError `CERTIFICATE`, naming `what`, when it is malformed */
export function parseCertificateId(der: Der, what: string): CertificateId {
  return readSequence(der, what, (fields) => ({
    hash: hashes.get(readSequence(fields.read(tag.sequence).der, what, readAlgorithm)),
    issuerName: fields.octetString(),
    issuerKey: fields.octetString(),
    serial: parseSerial(fields.integer(), what),
  }));
}

/** The CertID with SHA-1, the only one that every responder knows (AMB-40). */
export function encodeCertificateId(certificate: Certificate, issuer: Certificate): Der {
  return sequence(
    sequence(oid('1.3.14.3.2.26'), nullValue()),
    octetString(createHash('sha1').update(certificate.issuer.der).digest()),
    octetString(hashKey(issuer, 'sha1')),
    integer(Buffer.from(certificate.serial, 'hex')),
  );
}

/** Whether `id` names the certificate that `issuer` issued: all three of its parts must. */
export function isIdOf({ hash, issuerName, issuerKey, serial }: CertificateId, certificate: Certificate, issuer: Certificate): boolean {
  if (hash === undefined || serial !== certificate.serial) return false;
  if (!equalBytes(issuerName, createHash(hash).update(certificate.issuer.der).digest())) return false;
  return equalBytes(issuerKey, hashKey(issuer, hash));
}

/** The hash of a certificate's public key: the contents of its BIT STRING, without the algorithm. */
export function hashKey({ publicKeyInfo }: Certificate, hash: IdHash): Uint8Array {
  const bits = readSequence(publicKeyInfo, 'public key', (fields) => {
    fields.sequence();
    return fields.bitString().bytes;
  });
  return createHash(hash).update(bits).digest();
}

// SHA-1's parameters are NULL here and absent there; they say nothing.
function readAlgorithm(algorithm: Cursor): string {
  const found = algorithm.oid();
  if (!algorithm.done) algorithm.any();
  return found;
}
