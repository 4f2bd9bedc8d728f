import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { contextTag } from '../../../src/x509/asn1/der.ts';
import { element, explicit, integer, oid, sequence, set } from '../../../src/x509/asn1/der-encode.ts';
import { parseCertificates, toPem } from '../../../src/x509/bundle.ts';
import { keyOf, mintChain } from '../../support/pki.ts';

const chain = (await mintChain()).map(({ certificate }) => certificate.der);
const [leaf] = chain as [Uint8Array];
const pem = toPem(chain);
const privateKey = String(keyOf('EC-256', 'leaf').privateKey.export({ format: 'pem', type: 'pkcs8' }));

/** PKCS#7 of the chain, made by openssl. */
function pkcs7(form: 'PEM' | 'DER'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'x509-bundle-'));
  try {
    writeFileSync(join(folder, 'chain.pem'), pem);
    return execFileSync('openssl', ['crl2pkcs7', '-nocrl', '-certfile', join(folder, 'chain.pem'), '-outform', form]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const accepted: readonly (readonly [title: string, bytes: () => Uint8Array, count: number])[] = [
  ['PEM', () => Buffer.from(pem), 3],
  [
    'PEM with a private key, text and CRLF',
    () => Buffer.from(`Bag Attributes\n  x: y\n${privateKey}\n0 s:CN=é\n${pem}end`.replaceAll('\n', '\r\n')),
    3,
  ],
  ['PEM with a byte order mark', () => Buffer.from(`\ufeff${pem}`), 3],
  [
    'PEM without line breaks in the body',
    () => Buffer.from(`-----BEGIN CERTIFICATE-----\n${Buffer.from(leaf).toString('base64')}\n-----END CERTIFICATE-----`),
    1,
  ],
  ['DER', () => leaf, 1],
  ['DER one after another', () => Buffer.concat(chain), 3],
  ['PKCS#7 in PEM', () => pkcs7('PEM'), 3],
  ['PKCS#7 in DER', () => pkcs7('DER'), 3],
];

describe('parseCertificates reads', () => {
  for (const [title, bytes, count] of accepted) {
    test(title, () => {
      const found = parseCertificates(bytes(), 'file').map(({ der }) => Buffer.from(der).toString('hex'));
      const expected = chain.slice(0, count).map((der) => Buffer.from(der).toString('hex'));
      assert.deepEqual(found.toSorted(), expected.toSorted());
    });
  }
});

const signedData = (type: string, ...content: readonly Uint8Array[]) => sequence(oid(type), ...content.map((item) => explicit(0, item)));
const certsOnly = (certificates: Uint8Array) => sequence(integer(1), set(), sequence(oid('1.2.840.113549.1.7.1')), certificates, set());

const refused: readonly (readonly [title: string, bytes: string | Uint8Array, words: RegExp])[] = [
  ['nothing', '', /expected certificates, found none/],
  ['text', 'hello', /found none/],
  ['a private key alone', privateKey, /found none/],
  ['no end', pem.trimEnd().slice(0, -30), /found the end of the file|another line of dashes/],
  ['a second beginning', `-----BEGIN CERTIFICATE-----\n${pem}`, /another line of dashes/],
  ['an end without a beginning', `-----END CERTIFICATE-----\n${pem}`, /expected "-----BEGIN/],
  ['another end', pem.replace('-----END CERTIFICATE-----', '-----END PRIVATE KEY-----'), /expected "-----END CERTIFICATE-----"/],
  ['broken dashes', pem.replace('BEGIN CERTIFICATE-----', 'BEGIN CERTIFICATE----'), /another line of dashes/],
  ['a broken private key block before certificates', `-----BEGIN PRIVATE KEY-----\nAAAA\n${pem}`, /another line of dashes/],
  ['a stray character', pem.replace('MII', 'M!I'), /padded base64/],
  ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', /padded base64/],
  ['headers in a block', pem.replace('CERTIFICATE-----\n', 'CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n'), /padded base64/],
  ['DER with trailing bytes', Buffer.concat([leaf, Buffer.of(0)]), /expected tag 0x30, found tag 0x00/],
  ['DER that is cut short', Buffer.concat([leaf, leaf.subarray(0, 100)]), /malformed DER/],
  [
    'PKCS#7 of another content',
    Buffer.concat([signedData('1.2.840.113549.1.7.3', sequence(integer(Buffer.alloc(150, 1))))]),
    /content of type 1\.2\.840\.113549\.1\.7\.3/,
  ],
  [
    'PKCS#7 without certificates',
    signedData('1.2.840.113549.1.7.2', certsOnly(element(0xa1, integer(Buffer.alloc(150, 1))))),
    /found none/,
  ],
  [
    'PKCS#7 with a certificate of another kind',
    signedData('1.2.840.113549.1.7.2', certsOnly(explicit(0, element(contextTag(1), Buffer.alloc(150))))),
    /expected tag 0x30/,
  ],
  ['PKCS#7 in indefinite lengths', Buffer.from('3080', 'hex'), /indefinite/],
];

describe('parseCertificates refuses', () => {
  for (const [title, bytes, words] of refused) {
    test(title, () =>
      assert.throws(() => parseCertificates(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, 'bundle.pem'), {
        code: 'CERTIFICATE',
        message: words,
      }),
    );
  }
  test('naming the file and the place', () => {
    const broken = `${toPem(chain.slice(0, 1))}${toPem([leaf.subarray(0, 100)])}`;
    assert.throws(() => parseCertificates(Buffer.from(broken), 'bundle.pem'), {
      message: /^bundle\.pem, certificate 2 of 2: malformed DER/,
    });
  });
});
