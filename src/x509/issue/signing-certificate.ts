// The attribute by which a signer names its own certificate (RFC 5035, RFC 5816).
import type { HashAlgorithm } from '../../core/algorithm.ts';
import type { Der } from '../../core/bytes.ts';
import { type Cursor, constructedContextTag, readOnly, readSequence, tag } from '../asn1/der.ts';
import { parseSerial } from '../certificate.ts';
import { parseHashAlgorithm } from '../signature-algorithm.ts';
import { brokenToken } from '../timestamp/error.ts';

/** What the attribute says of the certificate that made a signature. */
export interface SigningCertificate {
  /** Undefined for SHA-1 and all else outside SHA-2. */
  readonly hash: HashAlgorithm | undefined;
  /** Of the whole certificate. */
  readonly digest: Uint8Array;
  readonly issuerSerial?: { readonly issuer: Der; readonly serial: string };
}

/**
 * The first certificate that a SigningCertificateV2 { SEQUENCE OF ESSCertIDv2, policies OPTIONAL } names (RFC 5035 §3).
 * @throws NotationError `TIMESTAMP` when it names none, `CERTIFICATE` when it is malformed
 */
export function parseSigningCertificate(der: Der): SigningCertificate {
  const list = readSequence(der, where, (fields) => {
    const certificates = fields.sequence();
    fields.optional(tag.sequence);
    return certificates;
  });
  if (list.done) throw brokenToken('expected a certificate in the signing certificate attribute, found none');
  return readSequence(list.read(tag.sequence).der, where, (fields) => parseCertificateId(fields));
}

// RFC 5035 §4: the hash is SHA-256 unless another is named.
function parseCertificateId(fields: Cursor): SigningCertificate {
  const hash = fields.peek() === tag.sequence ? parseHashAlgorithm(fields.read(tag.sequence).der, where) : 'SHA-256';
  const digest = fields.octetString();
  const issuerSerial = fields.done ? undefined : parseIssuerSerial(fields.read(tag.sequence).der);
  return { hash, digest, ...(issuerSerial && { issuerSerial }) };
}

// IssuerSerial { GeneralNames of one directoryName, serialNumber }
function parseIssuerSerial(der: Der): SigningCertificate['issuerSerial'] {
  return readSequence(der, where, (fields) => {
    const names = fields.sequence();
    const issuer = readOnly(names.read(constructedContextTag(4)).value, tag.sequence, where).der;
    names.end();
    return { issuer, serial: parseSerial(fields.integer(), where) };
  });
}

const where = 'timestamp token, signing certificate attribute';
