import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { NotationError } from '../../../src/core/error.ts';
import { toFixedWidth } from '../../../src/kms/ecdsa.ts';
import { integer, sequence } from '../../../src/x509/asn1/der-encode.ts';

const p256 = algorithmOfSpec('EC-256');
const curves = { 'EC-256': 'P-256', 'EC-384': 'P-384', 'EC-521': 'P-521' } as const;
const full = `0221${'00'}${'ff'.repeat(32)}`;

const refused: Readonly<Record<string, string>> = {
  nothing: '',
  'r‖s as it is': 'aa'.repeat(64),
  'bytes left over': '300602010102010100',
  'bytes left over inside': '3009020101020101020101',
  'one integer': '3003020101',
  'a long form length': '308106020101020101',
  'an indefinite length': '30800201010201010000',
  'cut off': '300602010102',
  'zero r': '3006020100020101',
  'zero s': '3006020101020100',
  'negative r': '3006020181020101',
  'negative s': '30060201010201ff',
  'padded r': '300702020001020101',
  'padded s': '300702010102020001',
  'r over the field': `3026${'0221'}01${'ff'.repeat(32)}020101`,
  's over the field': `3027020101${'0222'}00${'ff'.repeat(33)}`,
  'empty integer': '30050200020101',
  'another tag': '3106020101020101',
};

describe('ECDSA signatures from DER to r‖s', () => {
  for (const [spec, namedCurve] of Object.entries(curves)) {
    test(`${spec}: 200 signatures verify in the other form`, () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      const algorithm = algorithmOfSpec(spec as keyof typeof curves);
      for (let message = 0; message < 200; message += 1) {
        const bytes = Buffer.from(String(message));
        const fixed = toFixedWidth(sign(algorithm.hash, bytes, privateKey), algorithm, 'test');
        assert.equal(fixed.length, 2 * Math.ceil(algorithm.bits / 8));
        assert.ok(verify(algorithm.hash, bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, fixed));
      }
    });
  }

  test('short and full integers are filled up', () => {
    const short = toFixedWidth(Buffer.from('3006020101020102', 'hex'), p256, 'test');
    assert.equal(Buffer.from(short).toString('hex'), `${'00'.repeat(31)}01${'00'.repeat(31)}02`);
    const long = toFixedWidth(Buffer.from(`3046${full}${full}`, 'hex'), p256, 'test');
    assert.equal(Buffer.from(long).toString('hex'), 'ff'.repeat(64));
  });

  test('a signature with any byte changed is the other signature that it says, or refused', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = sign('SHA-256', Buffer.from('message'), privateKey);
    const changed = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }));
    const check = ([place, mask]: [number, number]) => {
      const bytes = Buffer.from(der);
      bytes[place] = (bytes[place] ?? 0) ^ mask;
      try {
        const fixed = toFixedWidth(bytes, p256, 'test');
        assert.deepEqual(Buffer.from(encode(fixed)), bytes, 'only one encoding is read');
      } catch (error) {
        assert.ok(error instanceof NotationError, String(error));
      }
    };
    fc.assert(fc.property(changed, check), { numRuns: 2000 });
  });

  test('any bytes are refused or read back the same', () => {
    const check = (bytes: Uint8Array) => {
      try {
        assert.deepEqual(Buffer.from(encode(toFixedWidth(bytes, p256, 'test'))), Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof NotationError, String(error));
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), check), { numRuns: 2000 });
  });

  for (const [name, hex] of Object.entries(refused)) {
    test(`refused: ${name}`, () => {
      assert.throws(
        () => toFixedWidth(Buffer.from(hex, 'hex'), p256, 'the backend'),
        (error) => error instanceof NotationError && error.code === 'UNAVAILABLE',
      );
    });
  }
});

/** r‖s to DER, by the project's own writer. */
function encode(fixed: Uint8Array): Uint8Array {
  const half = fixed.length / 2;
  return sequence(integer(fixed.subarray(0, half)), integer(fixed.subarray(half)));
}
