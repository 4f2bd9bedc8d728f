// SignedData of the Cryptographic Message Syntax (RFC 5652 §5), as far as timestamp tokens and files of certificates need it.
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { type Cursor, constructedContextTag, malformed, readMany, readSequence, tag } from './asn1/der.ts';
import { set } from './asn1/der-encode.ts';
import { parseSerial } from './certificate.ts';

/** One SignedData as it was read; nothing in it is trusted. */
export interface SignedData {
  readonly version: number;
  readonly contentType: string;
  /** Absent where the signatures are over something elsewhere, or where there are none. */
  readonly content?: Uint8Array;
  readonly certificates: readonly Der[];
  /** Each a SignerInfo for `parseSigner`: one that cannot be read is no reason to refuse another. */
  readonly signers: readonly Der[];
}

/** One attribute, its values still DER. */
export interface SignedAttribute {
  readonly oid: string;
  readonly values: readonly Der[];
}

/** One SignerInfo of version 1, which names the certificate by its issuer and serial number. */
export interface Signer {
  readonly issuer: Der;
  /** As `Certificate.serial`. */
  readonly serial: string;
  /** AlgorithmIdentifiers. */
  readonly digestAlgorithm: Der;
  readonly signatureAlgorithm: Der;
  readonly signature: Uint8Array;
  readonly attributes: readonly SignedAttribute[];
  /** What the signature covers: the attributes as a SET OF in DER's order, whatever the order they came in (RFC 5652 §5.4). */
  readonly signedMessage: Der;
}

const signedDataOid = '1.2.840.113549.1.7.2';

/** Reads a ContentInfo that holds a SignedData. @throws NotationError `CERTIFICATE`, naming `what` */
export function parseSignedData(der: Der, what: string): SignedData {
  return readSequence(der, what, (fields) => {
    const found = fields.oid();
    if (found !== signedDataOid) throw refused(what, `expected signed data, found content of type ${found}`);
    const content = fields.explicit(0);
    if (!content) throw malformed(what, 'expected signed data, found no content');
    const signedData = content.read(tag.sequence).der;
    content.end();
    return readSequence(signedData, what, (members) => readSignedData(members, what));
  });
}

/** Reads a SignerInfo. @throws NotationError `CERTIFICATE`, naming `what`, also for another version and for one without signed attributes */
export function parseSigner(der: Der, what: string): Signer {
  return readSequence(der, what, (fields) => {
    const version = fields.smallInteger();
    if (version !== 1) throw refused(what, `expected a signer info of version 1, found ${version}`);
    const { issuer, serial } = parseIssuerAndSerial(fields.read(tag.sequence).der, what);
    const digestAlgorithm = fields.read(tag.sequence).der;
    const signed = fields.explicit(0);
    // RFC 5652 §5.3: they must be there unless the content is id-data.
    if (!signed) throw refused(what, 'expected signed attributes, found none');
    const items = readMany(signed, () => signed.read(tag.sequence).der);
    const signatureAlgorithm = fields.read(tag.sequence).der;
    const signature = fields.octetString();
    fields.optional(constructedContextTag(1));
    const attributes = items.map((item) => parseAttribute(item, what));
    return { issuer, serial, digestAlgorithm, signatureAlgorithm, signature, attributes, signedMessage: set(...items) };
  });
}

// RFC 5652 §5.1.
function readSignedData(fields: Cursor, what: string): SignedData {
  const version = fields.smallInteger();
  // The signers name their own again, so that nothing depends on these; but what is no algorithm is refused, as in Go.
  const digestAlgorithms = fields.set();
  readMany(digestAlgorithms, () => readSequence(digestAlgorithms.read(tag.sequence).der, what, readAlgorithm));
  const encapsulated = fields.sequence();
  const contentType = encapsulated.oid();
  const content = readContent(encapsulated);
  encapsulated.end();
  const certificates = fields.explicit(0);
  fields.optional(constructedContextTag(1));
  const signers = fields.set();
  return {
    version,
    contentType,
    ...(content && { content }),
    // Attribute certificates and the obsolete extended ones have other tags, and are refused.
    certificates: certificates ? readMany(certificates, () => certificates.read(tag.sequence).der) : [],
    signers: readMany(signers, () => signers.read(tag.sequence).der),
  };
}

function readAlgorithm(fields: Cursor): void {
  fields.oid();
  if (!fields.done) fields.any();
}

function readContent(encapsulated: Cursor): Uint8Array | undefined {
  const field = encapsulated.explicit(0);
  const content = field?.octetString();
  field?.end();
  return content;
}

function parseIssuerAndSerial(der: Der, what: string): Pick<Signer, 'issuer' | 'serial'> {
  return readSequence(der, what, (fields) => {
    const issuer = fields.read(tag.sequence).der;
    return { issuer, serial: parseSerial(fields.integer(), what) };
  });
}

function parseAttribute(der: Der, what: string): SignedAttribute {
  return readSequence(der, what, (fields) => {
    const oid = fields.oid();
    const values = fields.set();
    return { oid, values: readMany(values, () => values.any().der) };
  });
}

function refused(what: string, problem: string): NotationError {
  return new NotationError('CERTIFICATE', `${what}: ${problem} (RFC 5652 §5)`, { hint: 'get the data again from where it was made' });
}
