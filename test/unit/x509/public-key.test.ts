import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithmOfSpec, algorithms } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import { bitString, integer, nullValue, oid, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { keySpecOf } from '../../../src/x509/key-spec.ts';
import { fingerprint, publicKeyOf, verifySignature } from '../../../src/x509/public-key.ts';
import { keyOf } from '../../support/pki.ts';

const spkiOf = (key: KeyObject): Der => key.export({ format: 'der', type: 'spki' });
const message = Buffer.from('message');

function rsaSpki(modulus: Uint8Array, exponent: number, parameters: readonly Der[] = [nullValue()]): Der {
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), ...parameters), bitString(sequence(integer(modulus), integer(exponent))));
}

function ecSpki(curve: string, point: Uint8Array): Der {
  return sequence(sequence(oid('1.2.840.10045.2.1'), oid(curve)), bitString(point));
}

function odd(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
  bytes[0] = 0xff >> (bytes.length * 8 - bits);
  return bytes;
}

describe('keySpecOf', () => {
  for (const { keySpec } of algorithms) test(keySpec, () => assert.equal(keySpecOf(keyOf(keySpec).publicKeyInfo, 'key'), keySpec));
  test('2041 bits are RSA-2048, as in the reference', () => assert.equal(keySpecOf(rsaSpki(odd(2041), 65537), 'key'), 'RSA-2048'));

  const refused: readonly (readonly [title: string, spki: () => Der, words: RegExp])[] = [
    ['2040 bits', () => rsaSpki(odd(2040), 65537), /found RSA-2040/],
    ['2049 bits', () => rsaSpki(odd(2049), 65537), /found RSA-2056/],
    ['RSA-1024', () => rsaSpki(odd(1024), 65537), /found RSA-1024/],
    ['RSA-8192', () => rsaSpki(odd(8192), 65537), /found RSA-8192/],
    ['exponent 1', () => rsaSpki(odd(2048), 1), /impossible/],
    ['exponent 2', () => rsaSpki(odd(2048), 2), /impossible/],
    ['an even modulus', () => rsaSpki(odd(2048).with(-1, 0xfe), 65537), /impossible/],
    ['secp256k1', () => ecSpki('1.3.132.0.10', Uint8Array.of(4, ...new Uint8Array(64))), /found secp256k1/],
    ['P-224', () => ecSpki('1.3.132.0.33', Uint8Array.of(4, ...new Uint8Array(56))), /found P-224/],
    ['an unknown curve', () => ecSpki('1.2.3.4', Uint8Array.of(4)), /curve 1\.2\.3\.4/],
    [
      'explicit curve parameters',
      () => sequence(sequence(oid('1.2.840.10045.2.1'), sequence(integer(1))), bitString(Uint8Array.of(4))),
      /without a named curve/,
    ],
    ['a compressed point', () => ecSpki('1.2.840.10045.3.1.7', Uint8Array.of(2, ...new Uint8Array(32))), /not in uncompressed form/],
    ['a short point', () => ecSpki('1.2.840.10045.3.1.7', Uint8Array.of(4, ...new Uint8Array(63))), /not in uncompressed form/],
    ['Ed25519', () => spkiOf(generateKeyPairSync('ed25519').publicKey), /found Ed25519/],
    [
      'id-RSASSA-PSS',
      () => sequence(sequence(oid('1.2.840.113549.1.1.10')), bitString(sequence(integer(odd(2048)), integer(65537)))),
      /found id-RSASSA-PSS/,
    ],
    ['DSA', () => sequence(sequence(oid('1.2.840.10040.4.1')), bitString(integer(1))), /found DSA/],
  ];
  for (const [title, spki, words] of refused) {
    test(`refuses ${title}`, () =>
      assert.throws(() => keySpecOf(spki(), 'release key'), {
        code: 'KEY_UNUSABLE',
        message: new RegExp(`^release key: expected a key of RSA-2048, .*${words.source}`),
      }));
  }
  test('refuses RSA without NULL parameters as malformed', () =>
    assert.throws(() => keySpecOf(rsaSpki(odd(2048), 65537, []), 'key'), { code: 'CERTIFICATE' }));
  test('refuses what is no key at all', () => assert.throws(() => keySpecOf(Uint8Array.of(1, 2, 3), 'key'), { code: 'CERTIFICATE' }));
});

describe('publicKeyOf', () => {
  test('opens a key', () => {
    const { publicKeyInfo, privateKey } = keyOf('EC-384');
    assert.ok(publicKeyOf(publicKeyInfo).equals(createPublicKey(privateKey)));
  });
  test('refuses a point that is not on the curve', () =>
    assert.throws(() => publicKeyOf(ecSpki('1.2.840.10045.3.1.7', Uint8Array.of(4, ...new Uint8Array(64).fill(1)))), {
      code: 'KEY_UNUSABLE',
    }));
});

test('fingerprint is SHA-256 of the SubjectPublicKeyInfo', () => {
  const { publicKeyInfo } = keyOf('EC-256');
  assert.equal(fingerprint(publicKeyInfo), createHash('sha256').update(publicKeyInfo).digest('hex'));
});

describe('verifySignature', () => {
  for (const algorithm of algorithms) {
    const key = () => keyOf(algorithm.keySpec);
    const verify = (signature: Uint8Array, text: Uint8Array = message) => verifySignature(key().publicKeyInfo, algorithm, text, signature);
    test(`${algorithm.keySpec}: the key's own signature, and no other`, async () => {
      const signature = await key().sign(message);
      assert.equal(verify(signature), true);
      assert.equal(verify(signature, Buffer.from('massage')), false);
      assert.equal(verify(signature.with(-1, (signature.at(-1) ?? 0) ^ 1)), false);
      assert.equal(verify(signature.subarray(1)), false);
      assert.equal(verify(Buffer.concat([Uint8Array.of(0), signature])), false);
      assert.equal(verify(new Uint8Array(signature.length)), false);
      assert.equal(verify(new Uint8Array(0)), false);
      for (const other of algorithms.filter((row) => row !== algorithm)) {
        assert.equal(verifySignature(key().publicKeyInfo, other, message, signature), false);
      }
    });
  }

  test('PSS with another salt length is refused', () => {
    const { privateKey, publicKeyInfo } = keyOf('RSA-2048');
    for (const saltLength of [0, 20, 31, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
      const signature = sign('sha256', message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
      assert.equal(verifySignature(publicKeyInfo, algorithmOfSpec('RSA-2048'), message, signature), false, `salt ${saltLength}`);
    }
  });
  test('PKCS#1 v1.5 is refused', () => {
    const { privateKey, publicKeyInfo } = keyOf('RSA-2048');
    assert.equal(verifySignature(publicKeyInfo, algorithmOfSpec('RSA-2048'), message, sign('sha256', message, privateKey)), false);
  });
  test('ECDSA in DER is refused', () => {
    const { privateKey, publicKeyInfo } = keyOf('EC-256');
    assert.equal(verifySignature(publicKeyInfo, algorithmOfSpec('EC-256'), message, sign('sha256', message, privateKey)), false);
  });
});
