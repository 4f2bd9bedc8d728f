import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import type { Der } from '../../../src/core/bytes.ts';
import { NotationError } from '../../../src/core/error.ts';
import {
  element,
  explicit,
  ia5String,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
} from '../../../src/x509/asn1/der-encode.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { checkCodeSigningChain } from '../../../src/x509/chain/profile.ts';
import { basicConstraints, type ExtensionDraft, keyUsage } from '../../../src/x509/issue/issue.ts';
import { during, mintChain, mintLeaf } from '../../support/pki.ts';

const uri = (text: string): Der => implicit(6, Buffer.from(text));
const extension = (type: string, value: Der, critical = false): ExtensionDraft => ({ oid: type, critical, value });
const withExtensions = async (...extensions: readonly ExtensionDraft[]) => (await mintLeaf('leaf', undefined, { extensions })).certificate;

const crlUrl = (text: string) => sequence(explicit(0, explicit(0, uri(text))));

test('parseCertificate reads what was issued', async () => {
  const [leaf, , root] = await mintChain({ intermediates: 1 });
  assert.ok(leaf && root);
  const { certificate } = leaf;
  assert.equal(certificate.version, 3);
  assert.match(certificate.serial, /^01[0-9a-f]{32}$/);
  assert.equal(certificate.notBefore.toISOString(), '2025-01-01T00:00:00.000Z');
  assert.equal(certificate.signatureAlgorithm, '1.2.840.10045.4.3.2');
  assert.deepEqual(certificate.publicKeyInfo, Buffer.from(leaf.key.publicKeyInfo));
  assert.deepEqual(certificate.keyUsage?.bits, ['digitalSignature']);
  assert.equal(certificate.keyUsage?.critical, true);
  assert.deepEqual(certificate.extendedKeyUsage, { critical: false, oids: ['1.3.6.1.5.5.7.3.3'] });
  assert.equal(certificate.basicConstraints, undefined);
  assert.deepEqual(root.certificate.basicConstraints, { critical: true, ca: true });
  assert.deepEqual(root.certificate.subjectKeyId, root.certificate.authorityKeyId);
});

test('parseCertificate reads the addresses for revocation', async () => {
  const certificate = await withExtensions(
    extension('2.5.29.31', sequence(crlUrl('http://a/1.crl'), crlUrl('ldap://b'), sequence(implicit(1, Uint8Array.of(0, 1))))),
    extension(
      '1.3.6.1.5.5.7.1.1',
      sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), uri('http://ca')), sequence(oid('1.3.6.1.5.5.7.48.1'), uri('http://ocsp'))),
    ),
  );
  assert.deepEqual(certificate.crlUrls, ['http://a/1.crl', 'ldap://b']);
  assert.deepEqual(certificate.ocspUrls, ['http://ocsp']);
});

test('parseCertificate agrees with openssl on subject, serial and dates', async () => {
  const { certificate } = await mintLeaf('leaf', undefined, {
    subject: [
      ['C', 'US'],
      ['O', 'Acme, Inc.'],
      ['CN', 'Lučić'],
    ],
  });
  const said = execFileSync(
    'openssl',
    ['x509', '-noout', '-subject', '-serial', '-enddate', '-dateopt', 'iso_8601', '-nameopt', 'RFC2253,-esc_msb,utf8'],
    {
      input: toPem([certificate.der]),
      encoding: 'utf8',
    },
  );
  assert.equal(said, `subject=CN=Lučić,O=Acme\\, Inc.,C=US\nserial=${certificate.serial.toUpperCase()}\nnotAfter=2035-01-01 00:00:00Z\n`);
});

describe('parseCertificate refuses', () => {
  const malformedExtensions: readonly (readonly [title: string, extensions: readonly ExtensionDraft[], words: RegExp])[] = [
    ['an extension twice', [keyUsage(['digitalSignature']), keyUsage(['digitalSignature'])], /found 2\.5\.29\.15 twice/],
    ['an unknown extension twice', [extension('1.2.3', nullValue()), extension('1.2.3', nullValue())], /found 1\.2\.3 twice/],
    ['basic constraints of another type', [extension('2.5.29.19', nullValue())], /basicConstraints: malformed/],
    [
      'a negative path length',
      [extension('2.5.29.19', sequence(element(1, Uint8Array.of(0xff)), element(2, Uint8Array.of(0xff))))],
      /negative/,
    ],
    ['basic constraints with more', [extension('2.5.29.19', sequence(integer(1), integer(1)))], /trailing/],
    ['a key usage of another type', [extension('2.5.29.15', octetString(Uint8Array.of(0x80)))], /keyUsage: malformed/],
    ['an empty extended key usage', [extension('2.5.29.37', sequence())], /at least one purpose/],
    [
      'trailing bytes in an extension',
      [extension('2.5.29.14', Buffer.concat([octetString(Uint8Array.of(1)), Uint8Array.of(0)]))],
      /trailing/,
    ],
    ['an address that is not ASCII', [extension('2.5.29.31', sequence(crlUrl('http://é')))], /address in ASCII/],
    // Go refuses it as well; passing over it would pass over revocation.
    [
      'a distribution point relative to the issuer',
      [extension('2.5.29.31', sequence(sequence(explicit(0, explicit(1, uri('x'))))))],
      /expected tag 0xa0, found tag 0xa1/,
    ],
    ['a malformed access description', [extension('1.3.6.1.5.5.7.1.1', sequence(ia5String('x')))], /malformed/],
  ];
  for (const [title, extensions, words] of malformedExtensions) {
    test(title, () => assert.rejects(withExtensions(...extensions), { code: 'CERTIFICATE', message: words }));
  }

  /** Replaces one run of bytes of a good certificate. */
  const edits: readonly (readonly [title: string, from: string, to: string, words: RegExp])[] = [
    ['version 4', 'a003020102', 'a003020103', /version 2 or 3 .*found 4/],
    ['version 1 said aloud', 'a003020102', 'a003020100', /found 1/],
    ['extensions in version 2', 'a003020102', 'a003020101', /extensions in version 3 only/],
    ['a negative serial number', 'a003020102021101', 'a003020102021181', /negative/],
    ['two signature algorithms', '300a06082a8648ce3d040302', '300a06082a8648ce3d040303', /two that differ/],
  ];
  for (const [title, from, to, words] of edits) {
    test(title, async () => {
      const hex = Buffer.from((await mintLeaf('leaf', undefined)).certificate.der).toString('hex');
      assert.ok(hex.includes(from));
      assert.throws(() => parseCertificate(Buffer.from(hex.replace(from, to), 'hex')), { code: 'CERTIFICATE', message: words });
    });
  }

  test('trailing bytes', async () => {
    const { certificate } = await mintLeaf('leaf', undefined);
    assert.throws(() => parseCertificate(Buffer.concat([certificate.der, Uint8Array.of(0)])), { code: 'CERTIFICATE', message: /trailing/ });
  });
});

describe('hostile input', () => {
  test('a certificate cut off anywhere is refused', async () => {
    const { der } = (await mintLeaf('leaf', undefined, { extensions: [basicConstraints(false), keyUsage(['digitalSignature'])] }))
      .certificate;
    for (let length = 0; length < der.length; length += 1) {
      assert.throws(() => parseCertificate(der.subarray(0, length)), NotationError, `cut to ${length}`);
    }
  });

  test('a self-signed certificate with any byte changed is refused or fails its profile', async () => {
    const { der } = (await mintLeaf('leaf', undefined)).certificate;
    for (let offset = 0; offset < der.length; offset += 1) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const mutant = Uint8Array.from(der, (byte, index) => (index === offset ? byte ^ mask : byte));
        assert.throws(() => checkCodeSigningChain([parseCertificate(mutant)], during), NotationError, `byte ${offset} xor ${mask}`);
      }
    }
  });

  test('nesting of 5000 levels is refused', () => {
    let der = nullValue();
    for (let i = 0; i < 5000; i += 1) der = sequence(der);
    assert.throws(() => parseCertificate(der), NotationError);
  });
});
