// The extensions that are looked into (RFC 5280 §4.2): two to identify keys, three that the profiles judge, two for revocation.
import type { Der } from '../core/bytes.ts';
import {
  type BitString,
  type Cursor,
  constructedContextTag,
  contextTag,
  hasBit,
  malformed,
  readAll,
  readMany,
  readOnly,
  readSequence,
  tag,
} from './asn1/der.ts';
import { parseDistributionPoints, parseUri } from './crl/distribution-point.ts';

export const extensionOid = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/** Bit positions of KeyUsage (RFC 5280 §4.2.1.3). */
export const keyUsageBit = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

/** One use of a key. */
export type KeyUsageBit = keyof typeof keyUsageBit;

/** Purposes of ExtKeyUsage (RFC 5280 §4.2.1.12). */
export const extendedKeyUsageOid = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** One extension as the certificate holds it; `value` is the contents of its OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Der;
}

/** Whether it is a CA, and how many may come below (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly critical: boolean;
  readonly ca: boolean;
  readonly pathLength?: number;
}

/** What the key is for (RFC 5280 §4.2.1.3). */
export interface KeyUsage {
  readonly critical: boolean;
  readonly bits: readonly KeyUsageBit[];
  /** Whether `bit` is among them. */
  has(bit: KeyUsageBit): boolean;
}

/** The purposes of the key (RFC 5280 §4.2.1.12). */
export interface ExtendedKeyUsage {
  readonly critical: boolean;
  readonly oids: readonly string[];
}

/**
 * Reads the next entry of a list of extensions.
 * @throws NotationError `CERTIFICATE`, naming `what`
 */
export function parseExtension(list: Cursor, what: string): Extension {
  return readSequence(list.read(tag.sequence).der, what, (fields) => ({
    oid: fields.oid(),
    // Encoding the default FALSE is against DER, and real certificates do it.
    critical: fields.peek() === tag.boolean ? fields.boolean() : false,
    value: fields.octetString(),
  }));
}

/**
 * Reads all that is left of a list of extensions; `what` names it.
 * @throws NotationError `CERTIFICATE` for one that is malformed or stands there twice
 */
export function parseExtensionList(list: Cursor, what: string): readonly Extension[] {
  const extensions = readMany(list, () => parseExtension(list, `${what}, extension`));
  const seen = new Set<string>();
  const repeated = extensions.find(({ oid }) => seen.size === seen.add(oid).size);
  if (repeated) throw malformed(what, `expected every extension once, found ${repeated.oid} twice`);
  return extensions;
}

/** RFC 5280 §4.2.1.9. @throws NotationError `CERTIFICATE` when malformed, as all here. */
export function parseBasicConstraints({ critical, value }: Extension, what: string): BasicConstraints {
  return readSequence(value, what, (fields) => {
    const ca = fields.peek() === tag.boolean ? fields.boolean() : false;
    return { critical, ca, ...(fields.done ? {} : { pathLength: fields.smallInteger() }) };
  });
}

/** RFC 5280 §4.2.1.3. */
export function parseKeyUsage({ critical, value }: Extension, what: string): KeyUsage {
  const set = readAll(value, what, (cursor): BitString => cursor.bitString());
  const bits = (Object.keys(keyUsageBit) as KeyUsageBit[]).filter((bit) => hasBit(set, keyUsageBit[bit]));
  return { critical, bits, has: (bit) => bits.includes(bit) };
}

/** RFC 5280 §4.2.1.12; at least one purpose. */
export function parseExtendedKeyUsage({ critical, value }: Extension, what: string): ExtendedKeyUsage {
  const oids = readSequence(value, what, (fields) => readMany(fields, () => fields.oid()));
  if (oids.length === 0) throw malformed(what, 'expected at least one purpose, found none');
  return { critical, oids };
}

/** The key identifier (RFC 5280 §4.2.1.2). */
export function parseSubjectKeyId({ value }: Extension, what: string): Uint8Array {
  return readOnly(value, tag.octetString, what).value;
}

/** The key identifier (RFC 5280 §4.2.1.1); undefined when the authority is named by issuer and serial only. */
export function parseAuthorityKeyId({ value }: Extension, what: string): Uint8Array | undefined {
  return readSequence(value, what, (fields) => {
    const keyId = fields.optional(contextTag(0))?.value;
    fields.optional(constructedContextTag(1));
    fields.optional(contextTag(2));
    return keyId;
  });
}

/** Addresses of all distribution points that are named by one (RFC 5280 §4.2.1.13). */
export function parseCrlUrls({ value }: Extension, what: string): readonly string[] {
  return parseDistributionPoints(value, what).flatMap(({ urls }) => urls);
}

/** Addresses of OCSP responders (RFC 5280 §4.2.2.1). */
export function parseOcspUrls({ value }: Extension, what: string): readonly string[] {
  return readSequence(value, what, (items) => readMany(items, () => parseAccess(items, what)).flat());
}

const ocspMethod = '1.3.6.1.5.5.7.48.1';

function parseAccess(items: Cursor, what: string): readonly string[] {
  return readSequence(items.read(tag.sequence).der, what, (fields) => {
    const method = fields.oid();
    const location = fields.any();
    return method === ocspMethod ? parseUri(location, what) : [];
  });
}
