// Signatures over ready digests, as key services make them. node:crypto hashes whatever it is given, so the last step is done here.
import { constants, createHash, generateKeyPairSync, privateEncrypt, randomBytes } from 'node:crypto';
import type { Algorithm } from '../../../src/core/algorithm.ts';
import { integer, sequence } from '../../../src/x509/asn1/der-encode.ts';
import type { TestKey } from '../pki.ts';

/** What a digest's signature is wanted as: RSASSA-PSS with a salt of the hash's length, and ECDSA as fixed-width r‖s. */
export function signDigest(key: TestKey, digest: Uint8Array): Uint8Array {
  return key.algorithm.kind === 'RSA' ? signPss(key, digest, key.algorithm.hashBytes) : signEcdsa(key, digest);
}

/** RSASSA-PSS (RFC 8017 §8.1.1) with any salt length. */
export function signPss({ algorithm, privateKey }: TestKey, digest: Uint8Array, saltLength: number): Uint8Array {
  const encoded = encodePss(algorithm, digest, randomBytes(saltLength));
  return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encoded);
}

/** The longest salt that a modulus leaves room for, which careless services use. */
export function longestSalt({ bits, hashBytes }: Algorithm): number {
  return bits / 8 - hashBytes - 2;
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1): the scheme that Notary does not take. */
export function signPkcs1({ algorithm, privateKey }: TestKey, digest: Uint8Array): Uint8Array {
  return privateEncrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([digestInfo[algorithm.hashBytes], digest]),
  );
}

/** ECDSA as r‖s (FIPS 186-5 §6.4.1). The secret number and its point are a fresh key pair, so that no curve arithmetic is needed here. */
function signEcdsa({ algorithm, privateKey }: TestKey, digest: Uint8Array): Uint8Array {
  const { name, order, bytes } = curveOf(algorithm);
  const once = generateKeyPairSync('ec', { namedCurve: name }).privateKey.export({ format: 'jwk' });
  const r = numberOf(once.x) % order;
  const z = toNumber(digest) % order;
  const s = (inverse(numberOf(once.d), order) * (z + r * numberOf(privateKey.export({ format: 'jwk' }).d))) % order;
  return Buffer.concat([toBytes(r, bytes), toBytes(s, bytes)]);
}

/** r‖s as the DER of ECDSA-Sig-Value (RFC 3279 §2.2.3). */
export function toDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
}

/** The order of the curve's base point, as wide as r and s. */
export function orderOf(algorithm: Algorithm): Uint8Array {
  const { order, bytes } = curveOf(algorithm);
  return toBytes(order, bytes);
}

// RFC 8017 §9.1.1, with a modulus of whole bytes.
function encodePss({ bits, hash, hashBytes }: Algorithm, digest: Uint8Array, salt: Uint8Array): Uint8Array {
  const length = bits / 8;
  const seal = createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest();
  const block = Buffer.concat([new Uint8Array(length - salt.length - hashBytes - 2), Uint8Array.of(1), salt]);
  const mask = maskOf(hash, seal, block.length);
  const masked = block.map((byte, index) => (byte ^ (mask[index] ?? 0)) & (index === 0 ? 0x7f : 0xff));
  return Buffer.concat([masked, seal, Uint8Array.of(0xbc)]);
}

// MGF1, RFC 8017 appendix B.2.1.
function maskOf(hash: string, seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / seed.length) }, (_, counter) =>
    createHash(hash)
      .update(seed)
      .update(Uint8Array.of(0, 0, 0, counter))
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

// RFC 8017 §9.2, note 1.
const digestInfo: Readonly<Record<Algorithm['hashBytes'], Buffer>> = {
  32: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  48: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  64: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

// SEC 2 v2 §2.4.2, §2.5.1, §2.6.1.
const curves: Readonly<Record<number, { readonly name: string; readonly order: bigint; readonly bytes: number }>> = {
  256: { name: 'P-256', order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, bytes: 32 },
  384: {
    name: 'P-384',
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    bytes: 48,
  },
  521: {
    name: 'P-521',
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    bytes: 66,
  },
};

function curveOf(algorithm: Algorithm) {
  const curve = curves[algorithm.bits];
  if (algorithm.kind !== 'EC' || curve === undefined) throw new Error(`${algorithm.keySpec} is on no curve`);
  return curve;
}

function numberOf(member: string | undefined): bigint {
  return toNumber(Buffer.from(member ?? '', 'base64url'));
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}

// Fermat: the orders are prime.
function inverse(value: bigint, prime: bigint): bigint {
  return power(value, prime - 2n, prime);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = power((base * base) % modulus, exponent / 2n, modulus);
  return exponent % 2n === 0n ? half : (half * base) % modulus;
}
