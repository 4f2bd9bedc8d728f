import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../../src/core/bytes.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { minimizeLengths } from '../../../../src/x509/asn1/ber.ts';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const nested = (levels: number) => {
  let hex = '';
  for (let level = 0; level < levels; level += 1) hex = `30${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
  return hex;
};

describe('minimizeLengths', () => {
  const rewritten: Readonly<Record<string, readonly [ber: string, der: string]>> = {
    'leaves DER as it is': ['3003 020105', '3003020105'],
    'shortens a length': ['0281 0105', '020105'],
    'shortens a length of zeros': ['0284 00000001 05', '020105'],
    'shortens inner and outer lengths': ['3082 0007 0282 0001 05 3000', '3005020105 3000'.replace(' ', '')],
    'keeps a length that needs its octets': [`0481 80 ${'00'.repeat(128)}`, `048180${'00'.repeat(128)}`],
    'keeps the contents of what is primitive': ['0404 0281 0105', '040402810105'],
    'reads high tag numbers': ['bf8101 8103 020105', 'bf810103020105'],
    'reads fifty thousand elements': [`3083 01869e ${'0500'.repeat(49_999)}`, `308301869e${'0500'.repeat(49_999)}`],
    'reads forty levels': [nested(41), nested(41)],
  };
  for (const [name, [ber, der]] of Object.entries(rewritten))
    test(name, () => assert.equal(toHex(minimizeLengths(bytesOf(ber), 'data')), der));

  const refused: Readonly<Record<string, readonly [ber: string, words: RegExp]>> = {
    nothing: ['', /expected an element, found the end/],
    'a tag alone': ['30', /expected an element, found the end/],
    'a high tag alone': ['1f81', /expected an element, found the end/],
    'an indefinite length': ['3080 0000', /expected a definite length, found an indefinite one/],
    'an indefinite length inside': ['3004 3080 0000', /expected a definite length, found an indefinite one/],
    'a length of five octets': ['0285 0000000001 05', /at most 4 octets, found 5/],
    'a length cut off': ['0282 01', /expected a length, found the end/],
    'contents cut off': ['0202 05', /expected 2 bytes of contents, found 1/],
    'an inner length that goes beyond the outer': ['3003 0202 05', /expected 2 bytes of contents, found 1/],
    'a second element': ['0500 0500', /expected the end, found 2 trailing bytes/],
    'more elements than fifty thousand': [`3083 0186a0 ${'0500'.repeat(50_000)}`, /expected at most 50000 elements, found more/],
    'more levels than forty': [nested(42), /expected at most 40 levels of elements, found more/],
  };
  for (const [name, [ber, words]] of Object.entries(refused))
    test(`refuses ${name}`, () => {
      assert.throws(
        () => minimizeLengths(bytesOf(ber), 'data'),
        (error) => error instanceof NotationError && error.message.startsWith('data: ') && words.test(error.message),
      );
    });
});
