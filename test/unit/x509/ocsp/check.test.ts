import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { element, explicit, integer, nullValue, octetString, oid, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { extendedKeyUsageOid } from '../../../../src/x509/extension.ts';
import { type ExtensionDraft, encodeName, extendedKeyUsage, keyUsage } from '../../../../src/x509/issue/issue.ts';
import { checkOcspResponse, type OcspAnswer } from '../../../../src/x509/ocsp/check.ts';
import { parseOcspResponse } from '../../../../src/x509/ocsp/response.ts';
import {
  certificateId,
  invalidityDate,
  makeOcspResponse,
  oids,
  type ResponseWish,
  revokedAt,
  revokedStatus,
} from '../../../support/ocsp-response.ts';
import { during, type Holder, mintCa, mintLeaf, subjectOf, validUntil } from '../../../support/pki.ts';
import { mintResponder } from '../../../support/revocable.ts';

const ca = await mintCa('ca', undefined);
const leaf = await mintLeaf('leaf', ca);
const other = await mintLeaf('other', ca);
const delegate = await mintResponder('responder', ca);
const [issuer, certificate] = [ca.certificate, leaf.certificate];
const own = { certificate, issuer };
const day = 86_400_000;

const stranger = await mintCa('stranger', undefined);
const byStranger = await mintResponder('responder', stranger);
const namesake = await mintCa('stranger', undefined, { subject: issuer.subject, issuer: issuer.subject });
const intermediate = await mintCa('between', ca);
const below = await mintResponder('responder', intermediate);
const plain = await mintResponder('responder', ca, { purposes: [] });
const any = await mintResponder('responder', ca, { purposes: [extendedKeyUsageOid.anyExtendedKeyUsage, extendedKeyUsageOid.codeSigning] });
const expired = await mintResponder('responder', ca, { notAfter: new Date('2026-05-31T00:00:00Z') });
const sealing = await mintLeaf('responder', ca, {
  extensions: [keyUsage(['keyEncipherment']), extendedKeyUsage([extendedKeyUsageOid.ocspSigning])],
});
const nocheck = { oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: nullValue() };
const mintPlain = (usages: readonly ExtensionDraft[]) =>
  mintLeaf('responder', ca, { extensions: [...usages, extendedKeyUsage([extendedKeyUsageOid.ocspSigning]), nocheck] });
const withCertificate = (signer: Holder) => ({ signer, certificates: [signer.certificate.der] });
const unknownHash = sequence(
  sequence(oid('1.2.840.113549.2.5')),
  ...[1, 2].map(() => octetString(Buffer.alloc(16))),
  integer(Buffer.from(certificate.serial, 'hex')),
);
/** The issuer's name in other letters. */
const otherwise = subjectOf(' CA').map(([type, value]) => [type, type === 'C' ? value : value.toUpperCase()] as const);
const ecdsaWithSha1 = sequence(oid('1.2.840.10045.4.1'));

const repudiating = await mintPlain([keyUsage(['nonRepudiation'])]);
const unlimited = await mintPlain([]);

describe('checkOcspResponse', () => {
  test('believes the issuer', async () => {
    assert.deepEqual(await check({}), { status: { kind: 'good' }, thisUpdate: during, nextUpdate: after(day) });
  });

  test('says who answers, when a key other than the issuer’s does and must be checked itself', async () => {
    const by = (signer: Holder) => check({ signer, certificates: [signer.certificate.der] });
    assert.equal((await by(delegate)).unchecked, undefined);
    const checkable = await mintResponder('responder', ca, { nocheck: false });
    assert.deepEqual((await by(checkable)).unchecked?.der, checkable.certificate.der);
  });

  const accepted: Readonly<Record<string, Partial<ResponseWish>>> = {
    'a responder by its key': { responder: 'key' },
    'a responder whose name is written otherwise': { responder: explicit(1, encodeName(otherwise)) },
    'a delegate by its key, among other certificates': {
      signer: delegate,
      responder: 'key',
      certificates: [issuer.der, other.certificate.der, delegate.certificate.der],
    },
    'the issuer’s signature beside certificates that cannot be read': { certificates: [sequence()] },
    'a responder with two certificates, of which one has expired': {
      ...withCertificate(delegate),
      certificates: [expired.certificate.der, delegate.certificate.der],
    },
    'a key for signatures of any kind': withCertificate(repudiating),
    'a key without a usage': withCertificate(unlimited),
    'eight certificates': { signer: delegate, certificates: Array.from({ length: 8 }, () => delegate.certificate.der) },
    'the version, which DER leaves out': { version: 0 },
    'an answer among others': { answers: [{ ...own, certificate: other.certificate, status: 'revoked' }, own] },
    'an answer that ends now': { answers: [{ ...own, nextUpdate: during }] },
    'clocks that differ a little': { producedAt: after(300_000), answers: [{ ...own, thisUpdate: after(300_000) }] },
    'a nonce nobody asked for': { extensions: [{ oid: oids.nonce, critical: false, value: octetString(Buffer.alloc(16)) }] },
    'an unknown extension': { answers: [{ ...own, extensions: [{ oid: '1.2.3', critical: false, value: nullValue() }] }] },
    'names by SHA-256': { answers: [{ ...own, hash: 'sha256' }] },
    'names by SHA-384': { answers: [{ ...own, hash: 'sha384' }] },
    'names by SHA-512': { answers: [{ ...own, hash: 'sha512' }] },
  };
  for (const [name, wish] of Object.entries(accepted))
    test(`accepts ${name}`, async () => assert.deepEqual((await check(wish)).status, { kind: 'good' }));

  test('of several answers, the gravest counts', async () => {
    const statuses = async (...kinds: readonly ('good' | 'unknown' | 'revoked')[]) =>
      (await check({ answers: kinds.map((status, index) => ({ ...own, status, hash: index === 0 ? 'sha1' : 'sha256' })) })).status.kind;
    assert.equal(await statuses('good', 'unknown', 'revoked'), 'revoked');
    assert.equal(await statuses('revoked', 'good'), 'revoked');
    assert.equal(await statuses('good', 'unknown'), 'unknown');
  });

  test('tells when and why a certificate was revoked', async () => {
    const reason = async (code?: number) => (await check({ answers: [{ ...own, status: revokedStatus(revokedAt, code) }] })).status;
    assert.deepEqual(await reason(), { kind: 'revoked', revokedAt });
    assert.deepEqual(await reason(1), { kind: 'revoked', revokedAt, reason: 'keyCompromise' });
    assert.deepEqual(await reason(6), { kind: 'revoked', revokedAt, reason: 'certificateHold' });
    assert.deepEqual(await reason(0), { kind: 'revoked', revokedAt });
    assert.deepEqual(await reason(99), { kind: 'revoked', revokedAt, reason: 'reason 99' });
  });

  test('tells the invalidity date, of a revoked certificate only, where it can be read', async () => {
    const date = new Date('2026-04-01T00:00:00Z');
    const told = async (status: 'good' | 'revoked', ...extensions: readonly { oid: string; critical: boolean; value: Uint8Array }[]) =>
      (await check({ answers: [{ ...own, status, extensions }] })).status.invalidityDate;
    assert.deepEqual(await told('revoked', invalidityDate(date)), date);
    assert.deepEqual(await told('revoked', { oid: '1.2.3', critical: false, value: nullValue() }, invalidityDate(date)), date);
    assert.equal(await told('revoked', { oid: '1.2.3', critical: false, value: invalidityDate(date).value }), undefined);
    assert.equal(await told('good', invalidityDate(date)), undefined);
    assert.equal(await told('revoked', { ...invalidityDate(date), value: octetString(Buffer.from('1')) }), undefined);
    assert.equal(await told('revoked', invalidityDate(date), invalidityDate(after(day))), undefined);
  });

  const refused: Readonly<Record<string, readonly [Partial<ResponseWish>, RegExp]>> = {
    'no answers': [{ answers: [] }, /expected an answer for certificate "CN=leaf,.*", found 0 for others$/],
    'another certificate': [{ answers: [{ ...own, certificate: other.certificate }] }, /found 1 for others$/],
    'another issuer’s name': [
      { answers: [{ ...own, id: certificateId({ ...certificate, issuer: stranger.certificate.subject }, issuer) }] },
      /found 1 for others$/,
    ],
    'another issuer’s key': [{ answers: [{ ...own, id: certificateId(certificate, stranger.certificate) }] }, /found 1 for others$/],
    'a hash that nobody knows': [{ answers: [{ ...own, id: unknownHash }] }, /found 1 for others$/],
    'one that is over': [
      { answers: [{ ...own, nextUpdate: after(-1000) }] },
      /expected a next update at 2026-06-01T12:00:00.000Z or later, found 2026-06-01T11:59:59/,
    ],
    'one without an end': [{ answers: [{ ...own, nextUpdate: 'none' }] }, /expected a next update, found none$/],
    'one of the future': [
      { answers: [{ ...own, thisUpdate: after(301_000) }] },
      /expected this update to have passed at 2026-06-01T12:00:00.000Z, found 2026/,
    ],
    'one produced in the future': [{ producedAt: after(301_000) }, /expected produced at to have passed/],
    'an unknown critical extension of the response': [
      { extensions: [{ oid: '1.2.3', critical: true, value: nullValue() }] },
      /expected no critical extension, found 1\.2\.3$/,
    ],
    'an unknown critical extension of the answer': [
      { answers: [{ ...own, extensions: [{ oid: '1.2.4', critical: true, value: nullValue() }] }] },
      /expected no critical extension, found 1\.2\.4$/,
    ],
    'another version': [{ version: 1 }, /expected version 1, found 2$/],
    'another type': [{ responseType: '1.2.3' }, /expected a basic response .*, found type 1\.2\.3$/],
    'a status that says no': [{ responseStatus: 6 }, /expected the status successful, found unauthorized$/],
    'a status that nobody knows': [{ responseStatus: 4 }, /found status 04$/],
    'an answer that is none': [{ answers: [{ ...own, status: element(0x83) }] }, /expected a certificate to be good, revoked or unknown/],
    'an unknown answer with contents': [{ answers: [{ ...own, status: element(0x82, Uint8Array.of(0)) }] }, /found none of these$/],
    'bytes after a reason': [
      {
        answers: [
          {
            ...own,
            status: element(0xa1, revokedStatus(revokedAt).subarray(2), element(0xa0, element(0x0a, Uint8Array.of(1)), nullValue())),
          },
        ],
      },
      /malformed DER: expected the end, found 2 trailing bytes$/,
    ],
    'a status of two bytes': [{ responseStatus: [0, 1] }, /found status 0001$/],
    'a known status in two bytes': [{ responseStatus: [6, 0] }, /found status 0600$/],
    'a signature of parts of bytes': [
      { unusedBits: 1, signature: () => Buffer.alloc(70) },
      /expected a signature of whole bytes, found 1 unused bits$/,
    ],
    'a good answer with contents': [{ answers: [{ ...own, status: element(0x80, Uint8Array.of(0)) }] }, /found none of these$/],
    'a responder whose name cannot be read': [{ responder: explicit(1, sequence(sequence())) }, /^OCSP response, responder: malformed DER/],
    'a responder that is neither name nor key': [
      { responder: explicit(3, octetString(Buffer.alloc(20))) },
      /expected a responder by name or by key/,
    ],
    'a signature that does not hold': [
      { signature: () => Buffer.alloc(70) },
      /expected a signature by "CN=ca,.*", found one that does not verify$/,
    ],
    'a signature with SHA-1': [
      { signatureAlgorithm: ecdsaWithSha1, signature: (message) => sign('sha1', message, ca.key.privateKey) },
      /expected a signature with SHA-2 .*, found ECDSAWithSHA1$/,
    ],
    'a namesake of the issuer': [
      { signer: namesake, certificates: [namesake.certificate.der] },
      /expected a signature by "CN=ca,.*", found one that does not verify$/,
    ],
    'a stranger': [withCertificate(stranger), /"CN=stranger,.*" to be issued by "CN=ca,.*; found another issuer$/],
    'a responder of a stranger': [withCertificate(byStranger), /"CN=responder,.*" to be issued by "CN=ca,.*; found another issuer$/],
    'a responder further down': [withCertificate(below), /found another issuer$/],
    'a responder without its certificate': [
      { signer: delegate },
      /expected certificate "CN=ca,.*" or a certificate of its responder, found "CN=responder,.*" without one$/,
    ],
    'another responder’s certificate': [
      { signer: delegate, certificates: [other.certificate.der] },
      /found "CN=responder,.*" without one$/,
    ],
    'a responder that names another': [
      { ...withCertificate(delegate), responder: explicit(1, other.certificate.subject.der) },
      /found "CN=other,.*" without one$/,
    ],
    'a key that names another': [{ responder: explicit(2, octetString(Buffer.alloc(20, 7))) }, /found the key (07){20} without one$/],
    'the leaf as its own responder': [
      withCertificate(leaf),
      /expected its signer "CN=leaf,.*" to be meant for OCSP signing, found other purposes$/,
    ],
    'a certificate for anything': [withCertificate(any), /to be meant for OCSP signing, found other purposes$/],
    'a certificate for nothing': [withCertificate(plain), /to be meant for OCSP signing, found no extended key usage$/],
    'a key that is not for signatures': [withCertificate(sealing), /to have a key for signatures, found a key usage of keyEncipherment$/],
    'a responder that has expired': [withCertificate(expired), /expired on 2026-05-31/],
    'a crowd of certificates': [
      { signer: delegate, certificates: Array.from({ length: 9 }, () => delegate.certificate.der) },
      /expected at most 8 certificates, found 9$/,
    ],
    'a certificate that cannot be read': [{ signer: delegate, certificates: [sequence()] }, /^OCSP response, certificate 1: malformed DER/],
  };
  for (const [name, [wish, words]] of Object.entries(refused))
    test(`refuses ${name}`, async () => {
      await assert.rejects(check(wish), (error: unknown) => {
        assert.ok(error instanceof NotationError && error.code === 'REVOCATION', String(error));
        assert.match(error.message, /^OCSP response/);
        assert.match(error.message, words);
        return true;
      });
    });

  test('says why a responder does not answer', async () => {
    const found = { 1: 'malformedRequest', 2: 'internalError', 3: 'tryLater', 5: 'sigRequired', 6: 'unauthorized', 7: 'status 07' };
    for (const [status, words] of Object.entries(found))
      await assert.rejects(check({ responseStatus: Number(status) }), {
        message: `OCSP response: expected the status successful, found ${words}`,
      });
  });

  test('refuses everything after the responder’s certificate has ended', async () => {
    const now = new Date(validUntil.getTime() + 1000);
    const wish = { ...withCertificate(delegate), answers: [{ ...own, nextUpdate: new Date(now.getTime() + day) }] };
    await assert.rejects(check(wish, now), /expired on 2035-01-01/);
  });
});

async function check(wish: Partial<ResponseWish>, now: Date = during): Promise<OcspAnswer> {
  const response = await makeOcspResponse({ signer: ca, answers: [own], ...wish });
  return checkOcspResponse(parseOcspResponse(response), { ...own, now });
}

function after(milliseconds: number): Date {
  return new Date(during.getTime() + milliseconds);
}
