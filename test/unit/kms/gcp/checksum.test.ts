import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkChecksum, checksumOf } from '../../../../src/kms/gcp/checksum.ts';

describe('CRC32C', () => {
  // RFC 3720 §B.4, and the check value of the catalogue of CRCs.
  const known: readonly (readonly [bytes: Uint8Array, checksum: number])[] = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(), 0],
  ];
  for (const [bytes, checksum] of known) {
    test(`of ${bytes.length} bytes`, () => {
      assert.equal(checksumOf(bytes), String(checksum));
      checkChecksum(bytes, String(checksum), 'bytes');
    });
  }

  for (const told of [undefined, null, 0xe3069283, '0', '', ['3808858755']]) {
    test(`${JSON.stringify(told)} is not the checksum of 123456789`, () => {
      assert.throws(() => checkChecksum(Buffer.from('123456789'), told, 'bytes'), { code: 'UNAVAILABLE' });
    });
  }
});
