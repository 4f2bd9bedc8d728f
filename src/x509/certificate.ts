// X.509 certificates (RFC 5280 §4.1): bytes in, values out. Nothing here is trusted yet.
import { type Der, equalBytes, toHex } from '../core/bytes.ts';
import { type BitString, type Cursor, contextTag, malformed, readSequence, tag } from './asn1/der.ts';
import {
  type BasicConstraints,
  type ExtendedKeyUsage,
  type Extension,
  extensionOid,
  type KeyUsage,
  parseAuthorityKeyId,
  parseBasicConstraints,
  parseCrlUrls,
  parseExtendedKeyUsage,
  parseExtensionList,
  parseKeyUsage,
  parseOcspUrls,
  parseSubjectKeyId,
} from './extension.ts';
import { type Name, parseNameDer, printName } from './name.ts';

/** One certificate as it was read; every `Uint8Array` is DER or the contents of a string type. */
export interface Certificate {
  readonly der: Der;
  /** What the signature covers. */
  readonly tbs: Der;
  readonly version: 1 | 2 | 3;
  /** The serial number's magnitude in lower-case hexadecimal, whole bytes, no leading zero bytes ("00" for zero). */
  readonly serial: string;
  readonly subject: Name;
  readonly issuer: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Der;
  /** The object identifier of the signature's algorithm; `signatureAlgorithmDer` is the whole AlgorithmIdentifier. */
  readonly signatureAlgorithm: string;
  readonly signatureAlgorithmDer: Der;
  readonly signature: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: KeyUsage;
  readonly extendedKeyUsage?: ExtendedKeyUsage;
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
  readonly crlUrls: readonly string[];
  readonly ocspUrls: readonly string[];
}

/**
 * Reads one certificate from its DER; `what` names the data until its subject is known.
 * @throws NotationError `CERTIFICATE` for anything malformed: bytes left over, an unknown version, an extension twice,
 * a negative serial number, two different signature algorithms, an extension of `extension.ts` that cannot be read.
 */
export function parseCertificate(der: Der, what = 'certificate'): Certificate {
  return readSequence(der, what, (fields) => {
    const tbs = fields.read(tag.sequence).der;
    const algorithm = fields.read(tag.sequence).der;
    const signature = wholeBytes(fields.bitString(), what);
    const { innerAlgorithm, ...said } = parseTbs(tbs, what);
    // RFC 5280 §4.1.1.2: the signed copy and the unsigned one must agree.
    if (!equalBytes(innerAlgorithm, algorithm)) throw malformed(what, 'expected one signature algorithm, found two that differ');
    const signatureAlgorithm = parseAlgorithmOid(algorithm, what);
    return { der, tbs, ...said, signatureAlgorithm, signatureAlgorithmDer: algorithm, signature };
  });
}

/**
 * A serial number as `Certificate.serial` has it, from the contents of its INTEGER.
 * @throws NotationError `CERTIFICATE` for a negative one.
 */
export function parseSerial(value: Uint8Array, what: string): string {
  if ((value[0] ?? 0) >= 0x80) throw malformed(what, 'expected a serial number of zero or more, found a negative one');
  return toHex(value.length > 1 && value[0] === 0 ? value.subarray(1) : value);
}

/** `certificate "CN=…"`: how messages name a certificate. */
export function nameOf(certificate: Certificate): string {
  return `certificate ${quoteSubject(certificate)}`;
}

/** The subject in quotes, with control characters escaped. */
export function quoteSubject(certificate: Certificate): string {
  return quoteName(certificate.subject);
}

/** A name in quotes, with control characters escaped: it goes to terminals. */
export function quoteName(name: Name): string {
  return JSON.stringify(printName(name));
}

/** Whether issuer and subject are the same name, byte for byte. */
export function isSelfIssued(certificate: Certificate): boolean {
  return equalBytes(certificate.issuer.der, certificate.subject.der);
}

/**
 * The certificate that by its name issued no other: the leaf, told without a public-key operation.
 * Undefined when names do not tell; then only `orderChain` can. Nothing may be trusted because of this answer.
 */
export function leafByName(certificates: readonly Certificate[]): Certificate | undefined {
  const issued = (one: Certificate) => certificates.some((other) => other !== one && equalBytes(other.issuer.der, one.subject.der));
  const leaves = certificates.filter((one) => !issued(one));
  return leaves.length === 1 ? leaves[0] : undefined;
}

type Said = Omit<Certificate, 'der' | 'tbs' | 'signatureAlgorithm' | 'signatureAlgorithmDer' | 'signature'>;

function parseTbs(tbs: Der, what: string): Said & { readonly innerAlgorithm: Der } {
  return readSequence(tbs, what, (fields) => {
    const version = parseVersion(fields.explicit(0), what);
    const serial = parseSerial(fields.integer(), what);
    const innerAlgorithm = fields.read(tag.sequence).der;
    const issuer = parseNameDer(fields.read(tag.sequence).der, `${what}, issuer`);
    const [notBefore, notAfter] = readSequence(fields.read(tag.sequence).der, `${what}, validity`, (times) => [times.time(), times.time()]);
    const subject = parseNameDer(fields.read(tag.sequence).der, `${what}, subject`);
    const publicKeyInfo = checkPublicKeyShape(fields.read(tag.sequence).der, what);
    skipUniqueIds(fields, version, what);
    const extensions = parseExtensions(fields.explicit(3), version, what);
    const known = readKnown(extensions, what);
    return { version, serial, innerAlgorithm, issuer, notBefore, notAfter, subject, publicKeyInfo, extensions, ...known };
  });
}

function parseVersion(field: Cursor | undefined, what: string): 1 | 2 | 3 {
  if (!field) return 1;
  const found = field.smallInteger();
  field.end();
  if (found === 1 || found === 2) return found === 1 ? 2 : 3;
  throw malformed(what, `expected version 2 or 3 where a version is stated, found ${found + 1}`);
}

// The key is judged when it is used (public-key.ts): a root may have one that no leaf may.
function checkPublicKeyShape(der: Der, what: string): Der {
  return readSequence(der, `${what}, public key`, (fields) => {
    fields.read(tag.sequence);
    fields.bitString();
    return der;
  });
}

// RFC 5280 §4.1.2.8: versions 2 and 3 only, never used, and conforming readers must still read past them.
function skipUniqueIds(fields: Cursor, version: number, what: string): void {
  for (const number of [1, 2]) {
    const found = fields.optional(contextTag(number));
    if (found && version === 1) throw malformed(what, 'expected no unique identifiers in version 1, found one');
  }
}

function parseExtensions(field: Cursor | undefined, version: number, what: string): readonly Extension[] {
  if (!field) return [];
  if (version !== 3) throw malformed(what, `expected extensions in version 3 only, found some in version ${version}`);
  const list = field.sequence();
  field.end();
  const extensions = parseExtensionList(list, what);
  if (extensions.length === 0) throw malformed(what, 'expected at least one extension in the list, found none');
  return extensions;
}

function readKnown(extensions: readonly Extension[], what: string) {
  const read = <T>(name: keyof typeof extensionOid, parse: (extension: Extension, what: string) => T): T | undefined => {
    const extension = extensions.find(({ oid }) => oid === extensionOid[name]);
    return extension && parse(extension, `${what}, ${name}`);
  };
  return {
    ...present('basicConstraints', read('basicConstraints', parseBasicConstraints)),
    ...present('keyUsage', read('keyUsage', parseKeyUsage)),
    ...present('extendedKeyUsage', read('extendedKeyUsage', parseExtendedKeyUsage)),
    ...present('subjectKeyId', read('subjectKeyId', parseSubjectKeyId)),
    ...present('authorityKeyId', read('authorityKeyId', parseAuthorityKeyId)),
    crlUrls: read('crlDistributionPoints', parseCrlUrls) ?? [],
    ocspUrls: read('authorityInfoAccess', parseOcspUrls) ?? [],
  };
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

function parseAlgorithmOid(der: Der, what: string): string {
  return readSequence(der, `${what}, signature algorithm`, (fields) => {
    const oid = fields.oid();
    if (!fields.done) fields.any();
    return oid;
  });
}

function wholeBytes({ bytes, unusedBits }: BitString, what: string): Uint8Array {
  if (unusedBits === 0) return bytes;
  throw malformed(what, `expected a signature of whole bytes, found ${unusedBits} unused bits`);
}
