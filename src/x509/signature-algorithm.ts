// AlgorithmIdentifiers of signatures on certificates, CRLs, OCSP responses (RFC 3279, 4055, 5758, 8410): a closed table.
// SHA-1 and MD5 are not in it (signature specification § Certificate Requirements).
import { constants, verify } from 'node:crypto';
import { type Algorithm, algorithms, type HashAlgorithm } from '../core/algorithm.ts';
import { type Der, toHex } from '../core/bytes.ts';
import { readExplicit, readMany, readSequence, tag } from './asn1/der.ts';
import { explicit, integer, nullValue, oid, sequence } from './asn1/der-encode.ts';
import { describeKey } from './key-spec.ts';
import { openKey } from './public-key.ts';

/** How a signature was made. `name` is for people. */
export type SignatureScheme =
  | { readonly kind: 'RSA' | 'RSA-PSS' | 'ECDSA'; readonly hash: HashAlgorithm; readonly name: string }
  | { readonly kind: 'Ed25519'; readonly name: string }
  | { readonly kind: 'unsupported'; readonly name: string };

/**
 * What an AlgorithmIdentifier says; `unsupported` for SHA-1, MD5, DSA and all else outside the table.
 * @throws NotationError `CERTIFICATE` when it is malformed.
 */
export function parseSignatureAlgorithm(der: Der, what: string): SignatureScheme {
  return readSequence(der, what, (fields) => {
    const found = fields.oid();
    const parameters = fields.done ? undefined : fields.any();
    if (found === pssOid) return parsePss(parameters?.der, what);
    const absent = parameters === undefined || parameters.tag === tag.null;
    return (absent && schemes.get(found)) || { kind: 'unsupported', name: weakNames.get(found) ?? `algorithm ${found}` };
  });
}

/**
 * The AlgorithmIdentifier of a CMS signature as certificates would say it: rsaEncryption there means PKCS#1 v1.5 with the hash that is
 * named beside it (RFC 5754 §3.2).
 * @throws NotationError `CERTIFICATE` when it is malformed.
 */
export function completeSignatureAlgorithm(der: Der, hash: HashAlgorithm, what: string): Der {
  const found = readSequence(der, what, (fields) => [fields.oid(), ...readMany(fields, () => fields.any().tag)]);
  const plain = found[0] === rsaEncryptionOid && found.length <= 2 && (found[1] ?? tag.null) === tag.null;
  return plain ? sequence(oid(rsaOids[hash]), nullValue()) : der;
}

/**
 * Whether `signature` is the key's over `message` as the AlgorithmIdentifier says. False for every unsupported algorithm,
 * for a key of another kind, and for a key the runtime refuses.
 * @param signature as in the structure: PKCS#1 or PSS bytes, DER for ECDSA
 */
export function verifyStructure(spki: Der, algorithm: Der, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const scheme = parseSignatureAlgorithm(algorithm, 'signature algorithm');
    return isUsable(spki, scheme) && verifyScheme(spki, scheme, message, signature);
  } catch {
    // A malformed key or algorithm verifies nothing.
    return false;
  }
}

/** The AlgorithmIdentifier under which a row's signatures go into certificates: RSASSA-PSS with explicit parameters, or ECDSA. */
export function encodeSignatureAlgorithm(algorithm: Algorithm): Der {
  if (algorithm.kind === 'EC') return sequence(oid(ecdsaOids[algorithm.hash]));
  const hash = encodeHashAlgorithm(algorithm.hash);
  const mgf = sequence(oid(mgf1Oid), hash);
  return sequence(oid(pssOid), sequence(explicit(0, hash), explicit(1, mgf), explicit(2, integer(algorithm.hashBytes))));
}

/**
 * A row's signature as certificates and requests hold it: PSS as it is, ECDSA as SEQUENCE { r, s } (RFC 3279 §2.2.3).
 * @param signature PSS with a salt as long as the hash, or fixed-width r‖s
 */
export function encodeSignatureValue(algorithm: Algorithm, signature: Uint8Array): Uint8Array {
  if (algorithm.kind === 'RSA') return signature;
  const half = signature.length / 2;
  return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
}

/**
 * The hash that an AlgorithmIdentifier names, its parameters absent or NULL; undefined for SHA-1 and all else outside SHA-2 (RFC 5754 §2).
 * @throws NotationError `CERTIFICATE` when it is malformed.
 */
export function parseHashAlgorithm(der: Der, what: string): HashAlgorithm | undefined {
  return readSequence(der, what, (fields) => {
    const found = fields.oid();
    const parameters = fields.done ? undefined : fields.any();
    if (parameters !== undefined && toHex(parameters.der) !== '0500') return undefined;
    return (Object.keys(hashOids) as HashAlgorithm[]).find((hash) => hashOids[hash] === found);
  });
}

/** The AlgorithmIdentifier of a hash, with NULL as its parameters. */
export function encodeHashAlgorithm(hash: HashAlgorithm): Der {
  return sequence(oid(hashOids[hash]), nullValue());
}

const rsaEncryptionOid = '1.2.840.113549.1.1.1';
const pssOid = '1.2.840.113549.1.1.10';
const mgf1Oid = '1.2.840.113549.1.1.8';
const hashOids = { 'SHA-256': '2.16.840.1.101.3.4.2.1', 'SHA-384': '2.16.840.1.101.3.4.2.2', 'SHA-512': '2.16.840.1.101.3.4.2.3' } as const;
const rsaOids = { 'SHA-256': '1.2.840.113549.1.1.11', 'SHA-384': '1.2.840.113549.1.1.12', 'SHA-512': '1.2.840.113549.1.1.13' } as const;
const ecdsaOids = { 'SHA-256': '1.2.840.10045.4.3.2', 'SHA-384': '1.2.840.10045.4.3.3', 'SHA-512': '1.2.840.10045.4.3.4' } as const;
const hashLengths = Object.fromEntries(algorithms.map(({ hash, hashBytes }) => [hash, hashBytes])) as Readonly<
  Record<HashAlgorithm, number>
>;

const schemes: ReadonlyMap<string, SignatureScheme> = new Map<string, SignatureScheme>([
  [rsaOids['SHA-256'], { kind: 'RSA', hash: 'SHA-256', name: 'SHA256WithRSA' }],
  [rsaOids['SHA-384'], { kind: 'RSA', hash: 'SHA-384', name: 'SHA384WithRSA' }],
  [rsaOids['SHA-512'], { kind: 'RSA', hash: 'SHA-512', name: 'SHA512WithRSA' }],
  [ecdsaOids['SHA-256'], { kind: 'ECDSA', hash: 'SHA-256', name: 'ECDSAWithSHA256' }],
  [ecdsaOids['SHA-384'], { kind: 'ECDSA', hash: 'SHA-384', name: 'ECDSAWithSHA384' }],
  [ecdsaOids['SHA-512'], { kind: 'ECDSA', hash: 'SHA-512', name: 'ECDSAWithSHA512' }],
  ['1.3.101.112', { kind: 'Ed25519', name: 'Ed25519' }],
]);

const weakNames: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2WithRSA'],
  ['1.2.840.113549.1.1.4', 'MD5WithRSA'],
  ['1.2.840.113549.1.1.5', 'SHA1WithRSA'],
  ['1.3.14.3.2.29', 'SHA1WithRSA'],
  ['1.2.840.10040.4.3', 'SHA1WithDSA'],
  ['1.2.840.10045.4.1', 'ECDSAWithSHA1'],
]);

// RFC 4055 §3.1. The defaults are SHA-1, so everything must be said; MGF1 must use the same hash and the salt be as long as it.
function parsePss(parameters: Der | undefined, what: string): SignatureScheme {
  const refused: SignatureScheme = {
    kind: 'unsupported',
    name: 'RSASSA-PSS with parameters other than SHA-2, MGF1 and a salt as long as the hash',
  };
  if (!parameters) return refused;
  return readSequence(parameters, what, (fields) => {
    const hash = readExplicit(fields, 0, (field) => parseHashAlgorithm(field.read(tag.sequence).der, what));
    const mgfHash = readExplicit(fields, 1, (field) => parseMgf(field.read(tag.sequence).der, what));
    const salt = readExplicit(fields, 2, (field) => field.smallInteger());
    const trailer = readExplicit(fields, 3, (field) => field.smallInteger()) ?? 1;
    if (!hash || hash !== mgfHash || salt !== hashLengths[hash] || trailer !== 1) return refused;
    return { kind: 'RSA-PSS', hash, name: `RSASSA-PSS with ${hash}` };
  });
}

function parseMgf(der: Der, what: string): HashAlgorithm | undefined {
  return readSequence(der, what, (fields) => {
    const found = fields.oid();
    const parameters = fields.done ? undefined : fields.any();
    return found === mgf1Oid && parameters?.tag === tag.sequence ? parseHashAlgorithm(parameters.der, what) : undefined;
  });
}

/** Below this a modulus is factored; Go, and so notation, refuses it too. */
const minimumRsaBits = 1024;

// The key must be of the scheme's kind: an id-RSASSA-PSS key, which runtimes read differently, never gets further than this.
function isUsable(spki: Der, scheme: SignatureScheme): boolean {
  const facts = describeKey(spki, 'public key');
  if (scheme.kind === 'RSA' || scheme.kind === 'RSA-PSS') return facts.kind === 'RSA' && facts.bits >= minimumRsaBits;
  if (scheme.kind === 'ECDSA') return facts.kind === 'EC';
  return scheme.kind === 'Ed25519' && facts.kind === 'Ed25519';
}

function verifyScheme(spki: Der, scheme: SignatureScheme, message: Uint8Array, signature: Uint8Array): boolean {
  const key = openKey(spki, 'public key');
  switch (scheme.kind) {
    case 'RSA':
      return verify(scheme.hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    case 'RSA-PSS':
      return verify(
        scheme.hash,
        message,
        { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashLengths[scheme.hash] },
        signature,
      );
    case 'ECDSA':
      return verify(scheme.hash, message, { key, dsaEncoding: 'der' }, signature);
    case 'Ed25519':
      return verify(null, message, key, signature);
    default:
      return false;
  }
}
