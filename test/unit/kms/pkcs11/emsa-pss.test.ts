import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, privateEncrypt, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { encodePss } from '../../../../src/kms/pkcs11/emsa-pss.ts';
import { keyOf } from '../../../support/pki.ts';

describe('EMSA-PSS', () => {
  for (const algorithm of algorithms.filter(({ kind }) => kind === 'RSA')) {
    test(`${algorithm.keySpec}: node:crypto verifies what raw RSA makes of it, with a salt as long as the hash and no other`, () => {
      const { privateKey, publicKeyInfo } = keyOf(algorithm.keySpec, 'raw');
      const key = createPublicKey({ key: Buffer.from(publicKeyInfo), format: 'der', type: 'spki' });
      for (const message of [Buffer.from('a'), Buffer.alloc(10_000, 'b')]) {
        const encoded = encodePss(createHash(algorithm.hash).update(message).digest(), algorithm);
        assert.equal(encoded.length, algorithm.bits / 8);
        const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encoded);
        const holds = (saltLength: number, text: Uint8Array) =>
          verify(algorithm.hash, text, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
        assert.deepEqual(
          [holds(algorithm.hashBytes, message), holds(algorithm.hashBytes - 1, message), holds(algorithm.hashBytes, Buffer.from('c'))],
          [true, false, false],
        );
      }
    });
  }

  test('two signatures of one message differ, and a salt makes them repeatable', () => {
    const [algorithm] = algorithms;
    const digest = Buffer.alloc(algorithm?.hashBytes ?? 0, 1);
    assert.ok(algorithm);
    assert.notDeepEqual(encodePss(digest, algorithm), encodePss(digest, algorithm));
    const salt = Buffer.alloc(algorithm.hashBytes, 2);
    assert.deepEqual(encodePss(digest, algorithm, salt), encodePss(digest, algorithm, salt));
  });
});
