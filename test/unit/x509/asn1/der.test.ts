import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../../src/core/bytes.ts';
import { Cursor, hasBit, readAll, readSequence } from '../../../../src/x509/asn1/der.ts';
import * as encode from '../../../../src/x509/asn1/der-encode.ts';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const readers: Readonly<Record<Reader, (cursor: Cursor) => unknown>> = {
  any: (cursor: Cursor) => cursor.any(),
  integer: (cursor: Cursor) => cursor.integer(),
  smallInteger: (cursor: Cursor) => cursor.smallInteger(),
  boolean: (cursor: Cursor) => cursor.boolean(),
  oid: (cursor: Cursor) => cursor.oid(),
  bitString: (cursor: Cursor) => cursor.bitString(),
  time: (cursor: Cursor) => cursor.time().toISOString(),
  string: (cursor: Cursor) => cursor.string(),
};

type Reader = 'any' | 'integer' | 'smallInteger' | 'boolean' | 'oid' | 'bitString' | 'time' | 'string';

const refused: readonly (readonly [reader: Reader, hex: string, words: RegExp])[] = [
  ['any', '', /found the end/],
  ['any', '30', /found the end/],
  ['any', '3001', /expected 1 bytes of contents, found 0/],
  ['any', '3080 0000', /indefinite/],
  ['any', '30817f', /minimal length/],
  ['any', '3082 0080', /minimal length/],
  ['any', '3084 ffffffff', /expected 4294967295 bytes/],
  ['any', '3085 0100000000', /at most 4 octets, found 5/],
  ['any', '30ff', /at most 4 octets, found 127/],
  ['any', '3082 01', /expected a length, found the end/],
  ['any', '1f01 00', /high-tag form/],
  ['any', '0500 00', /1 trailing bytes/],
  ['integer', '0200', /no contents/],
  ['integer', '0202 0001', /minimal integer/],
  ['integer', '0202 ff80', /minimal integer/],
  ['integer', '0101ff', /expected tag 0x02, found tag 0x01/],
  ['smallInteger', '0201 ff', /negative/],
  ['smallInteger', '0205 0100000000', /at most 4 bytes/],
  ['boolean', '0101 01', /00 or ff/],
  ['boolean', '0102 ffff', /00 or ff/],
  ['boolean', '0100', /00 or ff/],
  ['oid', '0600', /unfinished/],
  ['oid', '0602 2a86', /unfinished/],
  ['oid', '0603 2a8001', /padded arc/],
  ['oid', `0615 2a ${'ff'.repeat(19)}7f`, /larger one/],
  ['oid', `06820401 ${'01'.repeat(1025)}`, /longer one/],
  ['bitString', '0300', /unused bits/],
  ['bitString', '0301 01', /unused bits/],
  ['bitString', '0302 08ff', /unused bits/],
  ['bitString', '0302 01ff', /unused bits of zero/],
  ['time', `170b ${Buffer.from('2501010000Z').toString('hex')}`, /RFC 5280/],
  ['time', `1711 ${Buffer.from('250101000000+0100').toString('hex')}`, /RFC 5280/],
  ['time', `1811 ${Buffer.from('20250101000000.5Z').toString('hex')}`, /RFC 5280/],
  ['time', `170d ${Buffer.from('250230000000Z').toString('hex')}`, /does not exist/],
  ['time', `170d ${Buffer.from('250101240000Z').toString('hex')}`, /does not exist/],
  ['time', `170d ${Buffer.from('250101235960Z').toString('hex')}`, /does not exist/],
  ['time', `0c0d ${Buffer.from('250101000000Z').toString('hex')}`, /RFC 5280/],
  ['string', '0500', /well-formed string/],
];

describe('Cursor refuses', () => {
  for (const [reader, hex, words] of refused) {
    test(`${reader} of ${hex}`, () =>
      assert.throws(() => readAll(bytesOf(hex), 'thing', readers[reader]), {
        code: 'CERTIFICATE',
        message: new RegExp(`^thing: malformed DER: .*${words.source}`),
      }));
  }
});

const times: readonly (readonly [text: string, iso: string])[] = [
  ['500101000000Z', '1950-01-01T00:00:00.000Z'],
  ['491231235959Z', '2049-12-31T23:59:59.000Z'],
  ['20500101000000Z', '2050-01-01T00:00:00.000Z'],
  ['99991231235959Z', '9999-12-31T23:59:59.000Z'],
  ['20240229120000Z', '2024-02-29T12:00:00.000Z'],
];

describe('Cursor.time', () => {
  for (const [text, iso] of times) {
    test(`reads ${text}, and it is written back so`, () => {
      const der = encode.element(text.length === 13 ? 0x17 : 0x18, Buffer.from(text));
      assert.equal(readAll(der, 'time', readers.time), iso);
      if (iso !== times[4]?.[1]) assert.equal(toHex(encode.time(new Date(iso))), toHex(der));
    });
  }
});

const written: readonly (readonly [title: string, der: Uint8Array, hex: string])[] = [
  ['integer 0', encode.integer(0), '020100'],
  ['integer 128', encode.integer(128), '02020080'],
  ['integer of bytes with leading zeros', encode.integer(bytesOf('00007f')), '02017f'],
  ['integer of no bytes', encode.integer(bytesOf('')), '020100'],
  ['oid 2.999.3', encode.oid('2.999.3'), '0603883703'],
  ['oid 1.2.840.113549', encode.oid('1.2.840.113549'), '06062a864886f70d'],
  ['no named bits', encode.namedBits([]), '030100'],
  ['named bit 0', encode.namedBits([0]), '03020780'],
  ['named bits 5 and 6', encode.namedBits([5, 6]), '03020106'],
  ['named bit 8', encode.namedBits([8]), '0303070080'],
  ['a set in order', encode.set(encode.integer(2), encode.integer(1)), '3106020101020102'],
  ['a long length', encode.octetString(new Uint8Array(256)).subarray(0, 4), '04820100'],
];

describe('der-encode writes', () => {
  for (const [title, der, hex] of written) test(title, () => assert.equal(toHex(der), hex));
  test('object identifiers that are read back', () => {
    for (const dotted of [
      '2.5.29.37.0',
      '1.3.6.1.4.1.311.60.2.1.3',
      '0.9.2342.19200300.100.1.25',
      '2.999.3',
      '1.39.340282366920938463463374607431768211455',
    ]) {
      assert.equal(new Cursor(encode.oid(dotted), 'oid').oid(), dotted);
    }
  });
  test('no characters that the type lacks', () => {
    assert.throws(() => encode.printableString('a@b'), { code: 'CERTIFICATE' });
    assert.throws(() => encode.ia5String('é'), { code: 'CERTIFICATE' });
  });
});

test('hasBit answers beyond the end', () => {
  const bits = readAll(encode.namedBits([0, 8]), 'bits', (cursor) => cursor.bitString());
  assert.deepEqual(
    [0, 1, 8, 9, 99].map((index) => hasBit(bits, index)),
    [true, false, true, false, false],
  );
});

test('nesting of 5000 levels costs no stack', () => {
  let der = encode.nullValue();
  for (let i = 0; i < 5000; i += 1) der = encode.sequence(der);
  const descend = (bytes: Uint8Array): number => {
    let depth = 0;
    for (let cursor = new Cursor(bytes, 'nest'); cursor.peek() === 0x30; depth += 1) cursor = cursor.sequence();
    return depth;
  };
  assert.equal(descend(der), 5000);
  assert.throws(() => readSequence(der, 'nest', () => undefined), /trailing bytes/);
});
