// Making certificates, with a signer that may be anywhere (RFC 5280 §4.1).
import { createHash, randomBytes } from 'node:crypto';
import { type Algorithm, algorithmOfSpec } from '../../core/algorithm.ts';
import { type Der, toHex } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { readSequence } from '../asn1/der.ts';
import {
  bitString,
  boolean,
  explicit,
  ia5String,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  printableString,
  sequence,
  set,
  time,
  utf8String,
} from '../asn1/der-encode.ts';
import { extendedKeyUsageOid, extensionOid, type KeyUsageBit, keyUsageBit } from '../extension.ts';
import { keySpecOf } from '../key-spec.ts';
import { attributeTypes, type Name } from '../name.ts';
import { encodeSignatureAlgorithm, encodeSignatureValue } from '../signature-algorithm.ts';

/** Attributes in order, one to each place: a short name ("CN") or dotted object identifier, and the text. Or a name as it is. */
export type NameDraft = readonly (readonly [type: string, value: string])[] | Pick<Name, 'der'>;

/** An extension to be; `value` is the DER inside its OCTET STRING. */
export interface ExtensionDraft {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Der;
}

export interface CertificateDraft {
  readonly subject: NameDraft;
  readonly issuer: NameDraft;
  /** The magnitude in hexadecimal, whole bytes; RFC 5280 §4.1.2.2 wants it positive and of at most 20 bytes. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKeyInfo: Der;
  /** What the issuer's key signs with. */
  readonly algorithm: Algorithm;
  readonly extensions: readonly ExtensionDraft[];
}

/**
 * Makes a certificate: RSASSA-PSS with explicit parameters for RSA, ECDSA for EC.
 * @param sign takes the message and answers as `Key.sign` does: PSS with a salt as long as the hash, or fixed-width r‖s
 * @throws NotationError `CERTIFICATE` when a name cannot be written, and whatever `sign` throws.
 */
export async function issueCertificate(draft: CertificateDraft, sign: (tbs: Uint8Array) => Promise<Uint8Array>): Promise<Der> {
  const algorithm = encodeSignatureAlgorithm(draft.algorithm);
  const tbs = encodeTbs(draft, algorithm);
  const signature = await sign(tbs);
  return sealCertificate(tbs, algorithm, encodeSignatureValue(draft.algorithm, signature));
}

/** From when to when a certificate is valid, both ends included; whole seconds. */
export type Validity = Pick<CertificateDraft, 'notBefore' | 'notAfter'>;

/**
 * The draft of a certificate that signs itself and code, with the names and the validity of notation's own test certificates.
 * @throws NotationError `KEY_UNUSABLE` when the key is of no supported spec.
 */
export function selfSignedCodeSigningDraft(commonName: string, spki: Der, now: Date, hours = 24): CertificateDraft {
  const subject: NameDraft = [
    ['C', 'US'],
    ['ST', 'WA'],
    ['L', 'Seattle'],
    ['O', 'Notary'],
    ['CN', commonName],
  ];
  return selfSignedDraft(subject, spki, { notBefore: now, notAfter: new Date(now.getTime() + hours * 3_600_000) });
}

/**
 * The draft of a certificate that signs itself and code: exactly what notation accepts of one, and no authority.
 * @throws NotationError `KEY_UNUSABLE` when the key is of no supported spec.
 */
export function selfSignedDraft(subject: NameDraft, spki: Der, { notBefore, notAfter }: Validity): CertificateDraft {
  const algorithm = algorithmOfSpec(keySpecOf(spki, 'public key'));
  const extensions = [...codeSigningUsages(), subjectKeyId(spki)];
  return { subject, issuer: subject, serial: randomSerial(), notBefore, notAfter, publicKeyInfo: spki, algorithm, extensions };
}

/** The usages of a signing certificate (signature specification § Certificate Requirements), to issue or to ask for. */
export function codeSigningUsages(): readonly ExtensionDraft[] {
  return [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.codeSigning])];
}

/** TBSCertificate, version 3, that names `signatureAlgorithm` as its own. */
export function encodeTbs(draft: CertificateDraft, signatureAlgorithm: Der): Der {
  return sequence(
    explicit(0, integer(2)),
    integer(Buffer.from(draft.serial, 'hex')),
    signatureAlgorithm,
    encodeName(draft.issuer),
    sequence(time(draft.notBefore), time(draft.notAfter)),
    encodeName(draft.subject),
    draft.publicKeyInfo,
    ...(draft.extensions.length > 0 ? [explicit(3, encodeExtensions(draft.extensions))] : []),
  );
}

/** Extensions (RFC 5280 §4.1): a SEQUENCE of them, in this order. */
export function encodeExtensions(extensions: readonly ExtensionDraft[]): Der {
  const encode = ({ oid: type, critical, value }: ExtensionDraft) =>
    sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value));
  return sequence(...extensions.map(encode));
}

/** The certificate of its parts; `signature` in the form that `signatureAlgorithm` puts into certificates. */
export function sealCertificate(tbs: Der, signatureAlgorithm: Der, signature: Uint8Array): Der {
  return sequence(tbs, signatureAlgorithm, bitString(signature));
}

/** Name as DER: C and SERIALNUMBER as PrintableString, DC and e-mail as IA5String (RFC 5280 §4.1.2.4, appendix A), the rest as UTF8String. */
export function encodeName(name: NameDraft): Der {
  if ('der' in name) return name.der;
  return sequence(...name.map(([type, value]) => set(encodeAttribute(type, value))));
}

/** RFC 5280 §4.2.1.9; `pathLength` is written whatever `ca` is. */
export function basicConstraints(ca: boolean, pathLength?: number, critical = true): ExtensionDraft {
  const parts = [...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])];
  return { oid: extensionOid.basicConstraints, critical, value: sequence(...parts) };
}

/** RFC 5280 §4.2.1.3. */
export function keyUsage(bits: readonly KeyUsageBit[], critical = true): ExtensionDraft {
  return { oid: extensionOid.keyUsage, critical, value: namedBits(bits.map((bit) => keyUsageBit[bit])) };
}

/** RFC 5280 §4.2.1.12, of dotted identifiers. */
export function extendedKeyUsage(oids: readonly string[], critical = false): ExtensionDraft {
  return { oid: extensionOid.extendedKeyUsage, critical, value: sequence(...oids.map(oid)) };
}

/** RFC 5280 §4.2.1.2. */
export function subjectKeyId(spki: Der): ExtensionDraft {
  return { oid: extensionOid.subjectKeyId, critical: false, value: octetString(keyIdOf(spki)) };
}

/** The key of the issuer, by the identifier that `subjectKeyId` gives it. */
export function authorityKeyId(issuerSpki: Der): ExtensionDraft {
  return { oid: extensionOid.authorityKeyId, critical: false, value: sequence(implicit(0, keyIdOf(issuerSpki))) };
}

/** 128 random bits below a leading bit that keeps the number positive and its length fixed. */
export function randomSerial(): string {
  return toHex(Buffer.concat([Uint8Array.of(0x01), randomBytes(16)]));
}

const dottedTypes: ReadonlyMap<string, string> = new Map([
  ...attributeTypes,
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['emailAddress', '1.2.840.113549.1.9.1'],
]);

function encodeAttribute(type: string, value: string): Der {
  const dotted = dottedTypes.get(type) ?? type;
  if (!/^[0-2](\.\d+)+$/.test(dotted)) {
    throw new NotationError('CERTIFICATE', `name: expected a known type of attribute, found ${JSON.stringify(type)}`, {
      hint: `use ${[...dottedTypes.keys()].join(', ')} or a dotted object identifier`,
    });
  }
  return sequence(oid(dotted), encodeValue(type, value));
}

function encodeValue(type: string, value: string): Der {
  if (type === 'C' || type === 'SERIALNUMBER') return printableString(value);
  return type === 'DC' || type === 'emailAddress' ? ia5String(value) : utf8String(value);
}

// RFC 7093 §2 (1): SHA-256 of the key's bits, cut to 160, where RFC 5280 §4.2.1.2 would use SHA-1.
function keyIdOf(spki: Der): Uint8Array {
  const bits = readSequence(spki, 'public key', (fields) => {
    fields.sequence();
    return fields.bitString().bytes;
  });
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}
