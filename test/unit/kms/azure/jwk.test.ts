import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { type JsonWebKey, publicKeyInfoOf } from '../../../../src/kms/azure/jwk.ts';
import { keyOf, type TestKey } from '../../../support/pki.ts';

function numbersOf({ privateKey }: TestKey): JsonWebKey {
  const jwk = privateKey.export({ format: 'jwk' });
  const numbers = Object.entries({ n: jwk.n, e: jwk.e, x: jwk.x, y: jwk.y }).filter(([, text]) => text !== undefined);
  const bytes = Object.fromEntries(numbers.map(([name, text]) => [name, Buffer.from(text ?? '', 'base64url')]));
  return { kty: jwk.kty ?? '', ...(jwk.crv !== undefined && { crv: jwk.crv }), ...bytes };
}

describe('public keys as Key Vault tells them', () => {
  for (const { keySpec, kind } of algorithms) {
    test(`${keySpec}: the SubjectPublicKeyInfo that node:crypto makes`, () => {
      const key = keyOf(keySpec);
      for (const kty of [kind, `${kind}-HSM`])
        assert.deepEqual(Buffer.from(publicKeyInfoOf({ ...numbersOf(key), kty }) ?? []), Buffer.from(key.publicKeyInfo));
    });
  }

  test('a coordinate that lost its leading zeros gets them back', () => {
    const { privateKey, publicKey } = untilShort();
    const { crv = '', x = '', y = '' } = privateKey.export({ format: 'jwk' });
    const trimmed = (text: string) =>
      Buffer.from(
        Buffer.from(text, 'base64url')
          .toString('hex')
          .replace(/^(00)+/, ''),
        'hex',
      );
    const der = publicKey.export({ format: 'der', type: 'spki' });
    assert.deepEqual(Buffer.from(publicKeyInfoOf({ kty: 'EC', crv, x: trimmed(x), y: trimmed(y) }) ?? []), der);
  });

  test('nothing for other kinds', () => {
    const whole = numbersOf(keyOf('EC-256'));
    for (const jwk of [{ kty: 'oct-HSM' }, { ...whole, crv: 'P-256K' }, { kty: 'EC', crv: 'P-256' }, { kty: 'RSA' }, {}])
      assert.equal(publicKeyInfoOf(jwk), undefined);
  });
});

function untilShort() {
  for (;;) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    if (Buffer.from(pair.privateKey.export({ format: 'jwk' }).x ?? '', 'base64url')[0] === 0) return pair;
  }
}
