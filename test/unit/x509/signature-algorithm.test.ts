import assert from 'node:assert/strict';
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithms } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import { bitString, explicit, integer, nullValue, oid, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { encodeSignatureAlgorithm, parseSignatureAlgorithm, verifyStructure } from '../../../src/x509/signature-algorithm.ts';
import { keyOf } from '../../support/pki.ts';

const message = Buffer.from('message');
const sha256 = '2.16.840.1.101.3.4.2.1';
const sha384 = '2.16.840.1.101.3.4.2.2';
const sha1 = '1.3.14.3.2.26';
const mgf1 = '1.2.840.113549.1.1.8';
const hashOf = (type: string) => sequence(oid(type), nullValue());
const pss = (...parameters: readonly Der[]) => sequence(oid('1.2.840.113549.1.1.10'), sequence(...parameters));
const spkiOf = (key: KeyObject): Der => key.export({ format: 'der', type: 'spki' });

describe('encodeSignatureAlgorithm names what it encodes', () => {
  for (const algorithm of algorithms) {
    test(algorithm.keySpec, () => {
      const scheme = parseSignatureAlgorithm(encodeSignatureAlgorithm(algorithm), 'algorithm');
      assert.equal(scheme.kind, algorithm.kind === 'RSA' ? 'RSA-PSS' : 'ECDSA');
      assert.equal('hash' in scheme && scheme.hash, algorithm.hash);
    });
  }
});

const unsupported: readonly (readonly [title: string, algorithm: Der, name: RegExp])[] = [
  ['SHA1WithRSA', sequence(oid('1.2.840.113549.1.1.5'), nullValue()), /^SHA1WithRSA$/],
  ['SHA1WithRSA of OIW', sequence(oid('1.3.14.3.2.29'), nullValue()), /^SHA1WithRSA$/],
  ['ECDSAWithSHA1', sequence(oid('1.2.840.10045.4.1')), /^ECDSAWithSHA1$/],
  ['MD5WithRSA', sequence(oid('1.2.840.113549.1.1.4'), nullValue()), /^MD5WithRSA$/],
  ['an unknown one', sequence(oid('1.2.3')), /^algorithm 1\.2\.3$/],
  ['RSA with parameters', sequence(oid('1.2.840.113549.1.1.11'), integer(1)), /1\.2\.840/],
  ['PSS without parameters, which would mean SHA-1', sequence(oid('1.2.840.113549.1.1.10')), /RSASSA-PSS/],
  ['PSS with defaults', pss(), /RSASSA-PSS/],
  [
    'PSS with SHA-1',
    pss(explicit(0, hashOf(sha1)), explicit(1, sequence(oid(mgf1), hashOf(sha1))), explicit(2, integer(20))),
    /RSASSA-PSS/,
  ],
  [
    'PSS with two hashes',
    pss(explicit(0, hashOf(sha256)), explicit(1, sequence(oid(mgf1), hashOf(sha384))), explicit(2, integer(32))),
    /RSASSA-PSS/,
  ],
  ['PSS with the default MGF', pss(explicit(0, hashOf(sha256)), explicit(2, integer(32))), /RSASSA-PSS/],
  [
    'PSS with another MGF',
    pss(explicit(0, hashOf(sha256)), explicit(1, sequence(oid('1.2.3'), hashOf(sha256))), explicit(2, integer(32))),
    /RSASSA-PSS/,
  ],
  [
    'PSS with a short salt',
    pss(explicit(0, hashOf(sha256)), explicit(1, sequence(oid(mgf1), hashOf(sha256))), explicit(2, integer(20))),
    /RSASSA-PSS/,
  ],
  [
    'PSS with another trailer',
    pss(explicit(0, hashOf(sha256)), explicit(1, sequence(oid(mgf1), hashOf(sha256))), explicit(2, integer(32)), explicit(3, integer(2))),
    /RSASSA-PSS/,
  ],
];

describe('parseSignatureAlgorithm does not support', () => {
  for (const [title, algorithm, name] of unsupported) {
    test(title, () => {
      const scheme = parseSignatureAlgorithm(algorithm, 'algorithm');
      assert.equal(scheme.kind, 'unsupported');
      assert.match(scheme.name, name);
    });
  }
  test('what is malformed', () =>
    assert.throws(() => parseSignatureAlgorithm(Uint8Array.of(0x30, 0x01), 'algorithm'), { code: 'CERTIFICATE' }));
});

interface Signed {
  readonly title: string;
  readonly spki: Der;
  readonly algorithm: Der;
  readonly signature: Uint8Array;
  readonly verifies: boolean;
}

const rsa = keyOf('RSA-2048');
const ec = keyOf('EC-256');
const ed = generateKeyPairSync('ed25519');
const weak = generateKeyPairSync('rsa', { modulusLength: 768 });
const p224 = generateKeyPairSync('ec', { namedCurve: 'P-224' });
const rsaSha256 = sequence(oid('1.2.840.113549.1.1.11'), nullValue());
const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const ed25519 = sequence(oid('1.3.101.112'));
// The same key under the identifier that binds it to PSS; runtimes disagree on what that means.
const pssOnlySpki = Buffer.from(
  Buffer.from(rsa.publicKeyInfo).toString('hex').replace('300d06092a864886f70d0101010500', '300d06092a864886f70d01010a0500'),
  'hex',
);
const pssRow = encodeSignatureAlgorithm(rsa.algorithm);
const pssSignature = sign('sha256', message, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });

const signed: readonly Signed[] = [
  { title: 'PKCS#1', spki: rsa.publicKeyInfo, algorithm: rsaSha256, signature: sign('sha256', message, rsa.privateKey), verifies: true },
  {
    title: 'PKCS#1 without NULL',
    spki: rsa.publicKeyInfo,
    algorithm: sequence(oid('1.2.840.113549.1.1.11')),
    signature: sign('sha256', message, rsa.privateKey),
    verifies: true,
  },
  { title: 'PSS', spki: rsa.publicKeyInfo, algorithm: pssRow, signature: pssSignature, verifies: true },
  { title: 'ECDSA', spki: ec.publicKeyInfo, algorithm: ecdsaSha256, signature: sign('sha256', message, ec.privateKey), verifies: true },
  {
    title: 'ECDSA of P-224',
    spki: spkiOf(p224.publicKey),
    algorithm: ecdsaSha256,
    signature: sign('sha256', message, p224.privateKey),
    verifies: true,
  },
  { title: 'Ed25519', spki: spkiOf(ed.publicKey), algorithm: ed25519, signature: sign(null, message, ed.privateKey), verifies: true },
  {
    title: 'another hash',
    spki: rsa.publicKeyInfo,
    algorithm: rsaSha256,
    signature: sign('sha384', message, rsa.privateKey),
    verifies: false,
  },
  { title: 'PSS said to be PKCS#1', spki: rsa.publicKeyInfo, algorithm: rsaSha256, signature: pssSignature, verifies: false },
  {
    title: 'PKCS#1 said to be PSS',
    spki: rsa.publicKeyInfo,
    algorithm: pssRow,
    signature: sign('sha256', message, rsa.privateKey),
    verifies: false,
  },
  {
    title: 'ECDSA in fixed width',
    spki: ec.publicKeyInfo,
    algorithm: ecdsaSha256,
    signature: sign('sha256', message, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
    verifies: false,
  },
  {
    title: 'ECDSA by an RSA key',
    spki: rsa.publicKeyInfo,
    algorithm: ecdsaSha256,
    signature: sign('sha256', message, rsa.privateKey),
    verifies: false,
  },
  { title: 'an id-RSASSA-PSS key', spki: pssOnlySpki, algorithm: pssRow, signature: pssSignature, verifies: false },
  {
    title: 'RSA-768',
    spki: spkiOf(weak.publicKey),
    algorithm: rsaSha256,
    signature: sign('sha256', message, weak.privateKey),
    verifies: false,
  },
  {
    title: 'SHA-1',
    spki: rsa.publicKeyInfo,
    algorithm: sequence(oid('1.2.840.113549.1.1.5'), nullValue()),
    signature: sign('sha1', message, rsa.privateKey),
    verifies: false,
  },
  {
    title: 'no key',
    spki: sequence(sequence(oid('1.3.101.112')), bitString(new Uint8Array(3))),
    algorithm: ed25519,
    signature: new Uint8Array(64),
    verifies: false,
  },
  {
    title: 'no algorithm',
    spki: ec.publicKeyInfo,
    algorithm: new Uint8Array(0),
    signature: sign('sha256', message, ec.privateKey),
    verifies: false,
  },
];

describe('verifyStructure', () => {
  for (const { title, spki, algorithm, signature, verifies } of signed) {
    test(`${title}: ${verifies}`, () => {
      assert.equal(verifyStructure(spki, algorithm, message, signature), verifies);
      assert.equal(verifyStructure(spki, algorithm, createHash('sha256').update(message).digest(), signature), false);
    });
  }
});
