// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), judged from its DER alone: what a runtime accepts differs, and loading its cryptography takes time.
import { algorithms, type KeySpec, supportedKeySpecs } from '../core/algorithm.ts';
import { type Der, toHex } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { type BitString, malformed, readAll, readSequence, tag } from './asn1/der.ts';

/** What a public key is. `name` is for people: "RSA-1024", "P-256", "Ed25519"; `bytes` is the length of its modulus or of one coordinate. */
export type KeyFacts =
  | { readonly kind: 'RSA' | 'EC'; readonly name: string; readonly bits: number; readonly bytes: number }
  /** `other curve`: of elliptic curves, those that no verifier of the reference reads. */
  | { readonly kind: 'Ed25519' | 'other curve' | 'other'; readonly name: string };

/**
 * The key spec of a public key, of the six that Notary has (signature specification § Algorithm Selection).
 * A modulus counts in whole bytes, as the reference does: 2047 bits are RSA-2048.
 * @throws NotationError `KEY_UNUSABLE`, naming `what` and what was found, for every other key; `CERTIFICATE` when it is malformed.
 */
export function keySpecOf(spki: Der, what: string): KeySpec {
  const facts = describeKey(spki, what);
  const spec = specOf(facts);
  if (spec) return spec;
  throw new NotationError('KEY_UNUSABLE', `${what}: expected a key of ${supportedKeySpecs}, found ${facts.name}`, {
    hint: 'use a key of a supported kind and size: signature specification § Algorithm Selection',
  });
}

/** The key spec, or the name of a key that has none: "RSA-2048", "EC-256", "Ed25519". @throws NotationError as `describeKey` */
export function keySpecOrName(spki: Der, what: string): string {
  const facts = describeKey(spki, what);
  return specOf(facts) ?? facts.name;
}

/**
 * What kind of key this is, of any kind.
 * @throws NotationError `CERTIFICATE` when the structure is malformed, `KEY_UNUSABLE` when an RSA or EC key is one that nobody can use safely.
 */
export function describeKey(spki: Der, what: string): KeyFacts {
  return readSequence(spki, what, (fields) => {
    const algorithm = readSequence(fields.read(tag.sequence).der, what, (parts) => ({
      oid: parts.oid(),
      parameters: parts.done ? undefined : parts.any().der,
    }));
    const bits = fields.bitString();
    return describe(algorithm, bits, what);
  });
}

/** The error of a key that no supported spec has. */
export function unusable(what: string, found: string, cause?: unknown): NotationError {
  return new NotationError('KEY_UNUSABLE', `${what}: expected a key of ${supportedKeySpecs}, found ${found}`, {
    cause,
    hint: 'make a new key of a supported kind and size',
  });
}

function specOf(facts: KeyFacts): KeySpec | undefined {
  return algorithms.find(({ kind, bits }) => facts.kind === kind && facts.bits === bits)?.keySpec;
}

interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: Der | undefined;
}

const curves: ReadonlyMap<string, { readonly name: string; readonly bits: number }> = new Map([
  ['1.3.132.0.33', { name: 'P-224', bits: 224 }],
  ['1.2.840.10045.3.1.7', { name: 'P-256', bits: 256 }],
  ['1.3.132.0.34', { name: 'P-384', bits: 384 }],
  ['1.3.132.0.35', { name: 'P-521', bits: 521 }],
]);

/** Names of what is refused. */
const otherCurves: ReadonlyMap<string, string> = new Map([
  ['1.3.132.0.10', 'secp256k1'],
  ['1.2.840.10045.3.1.1', 'P-192'],
  ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1'],
  ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1'],
  ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1'],
]);

const otherKeys: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.10', 'id-RSASSA-PSS'],
  ['1.2.840.113549.1.1.7', 'id-RSAES-OAEP'],
  ['1.2.840.10040.4.1', 'DSA'],
  ['1.2.840.113549.1.3.1', 'DH'],
  ['1.3.101.110', 'X25519'],
  ['1.3.101.111', 'X448'],
  ['1.3.101.113', 'Ed448'],
]);

function describe({ oid, parameters }: AlgorithmIdentifier, bits: BitString, what: string): KeyFacts {
  if (bits.unusedBits !== 0) throw malformed(what, 'expected a public key of whole bytes, found unused bits');
  if (oid === '1.2.840.113549.1.1.1') return describeRsa(parameters, bits.bytes, what);
  if (oid === '1.2.840.10045.2.1') return describeEc(parameters, bits.bytes, what);
  if (oid === '1.3.101.112') return { kind: 'Ed25519', name: 'Ed25519' };
  return { kind: 'other', name: otherKeys.get(oid) ?? `a key of type ${oid}` };
}

// RFC 3279 §2.3.1: parameters are NULL.
function describeRsa(parameters: Der | undefined, key: Uint8Array, what: string): KeyFacts {
  if (!parameters || toHex(parameters) !== '0500') throw malformed(what, 'expected an RSA key with NULL parameters, found others');
  const { modulus, exponent } = readSequence(key, what, (fields) => ({ modulus: fields.integer(), exponent: fields.integer() }));
  const magnitude = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  // With exponent 1 anybody's message is its own signature; an even one inverts nothing.
  if (!isOddPositive(modulus) || !isOddPositive(exponent) || toHex(exponent) === '01' || exponent.length > 4) {
    throw unusable(what, 'an RSA key with an impossible modulus or exponent');
  }
  return { kind: 'RSA', name: `RSA-${magnitude.length * 8}`, bits: magnitude.length * 8, bytes: magnitude.length };
}

// RFC 5480 §2: a named curve; the point uncompressed, the one form every verifier reads.
function describeEc(parameters: Der | undefined, point: Uint8Array, what: string): KeyFacts {
  if (parameters?.[0] !== tag.oid) return { kind: 'other curve', name: 'an EC key without a named curve' };
  const oid = readAll(parameters, what, (cursor) => cursor.oid());
  const curve = curves.get(oid);
  if (!curve) return { kind: 'other curve', name: otherCurves.get(oid) ?? `an EC key on curve ${oid}` };
  const bytes = Math.ceil(curve.bits / 8);
  if (point[0] !== 0x04 || point.length !== 1 + 2 * bytes)
    throw unusable(what, `a ${curve.name} key whose point is not in uncompressed form`);
  return { kind: 'EC', ...curve, bytes };
}

function isOddPositive(integer: Uint8Array): boolean {
  return (integer[0] ?? 0x80) < 0x80 && ((integer.at(-1) ?? 0) & 1) === 1;
}
