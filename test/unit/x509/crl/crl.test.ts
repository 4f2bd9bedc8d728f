// CRLs of every shape: what is read, what is refused, what is found in them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { bitString, element, implicit, integer, nullValue, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { checkBaseCrl } from '../../../../src/x509/crl/check.ts';
import { parseCrl } from '../../../../src/x509/crl/crl.ts';
import { parseScope } from '../../../../src/x509/crl/distribution-point.ts';
import { nameOfReason } from '../../../../src/x509/revocation/reason.ts';
import { type CrlDraft, mintCrl } from '../../../support/crl-mint.ts';
import { during, mintCa, mintLeaf, validFrom, validUntil } from '../../../support/pki.ts';

const ca = await mintCa('CRL CA', undefined);
const leaf = (await mintLeaf('leaf', ca)).certificate;
const issuer = ca.certificate;

async function mint(draft: Partial<CrlDraft> = {}) {
  return parseCrl(await mintCrl({ ca, ...draft }), 'CRL');
}

async function refuses(draft: Partial<CrlDraft>, words: RegExp, code = 'CERTIFICATE') {
  await assert.rejects(mint(draft), (error) => error instanceof NotationError && error.code === code && words.test(error.message));
}

describe('reading', () => {
  test('what a CRL says', async () => {
    const crl = await mint({ number: 300, baseNumber: 299, entries: [{ serial: leaf.serial, reason: 1 }] });
    assert.deepEqual([crl.number, crl.baseNumber, crl.thisUpdate, crl.nextUpdate], [300n, 299n, validFrom, validUntil]);
    assert.deepEqual([crl.freshestUrls, crl.unknownCritical, crl.scope], [[], [], undefined]);
    assert.deepEqual(crl.find(leaf.serial), [{ revokedAt: validFrom, reason: 1 }]);
    assert.deepEqual(crl.find(issuer.serial), []);
  });

  test('serial numbers with a high bit, of zero, and of one byte', async () => {
    const serials = ['80', 'ff00', '00', '01', '7f', 'ffffffffffffffffffffffffffffffffffffffff'];
    const crl = await mint({ entries: serials.map((serial, reason) => ({ serial, reason })) });
    assert.deepEqual(
      serials.map((serial) => crl.find(serial).map(({ reason }) => reason)),
      serials.map((_, reason) => [reason]),
    );
    for (const serial of ['8000', '0100', 'ff', '02']) assert.deepEqual(crl.find(serial), [], serial);
  });

  test('dates from 2050 on', async () => {
    const crl = await mint({ entries: [{ serial: '05', revokedAt: new Date('2051-02-03T04:05:06Z') }] });
    assert.equal(crl.find('05')[0]?.revokedAt.toISOString(), '2051-02-03T04:05:06.000Z');
  });

  test('reasons have the names of RFC 5280 §5.3.1', () => {
    assert.deepEqual([0, 1, 6, 8, 10, 11].map(nameOfReason), [
      'unspecified',
      'keyCompromise',
      'certificateHold',
      'removeFromCRL',
      'aACompromise',
      'reason 11',
    ]);
  });

  test('when the next one is published, where that is a time', async () => {
    const told = async (value: Uint8Array) =>
      (await mint({ extensions: [{ oid: '1.3.6.1.4.1.311.21.4', critical: false, value }] })).nextPublish;
    assert.deepEqual(await told(element(0x17, Buffer.from('260601120000Z'))), during);
    assert.equal(await told(nullValue()), undefined);
  });

  test('an extension twice is refused', () =>
    refuses(
      { extensions: [{ oid: '2.5.29.20', critical: false, value: integer(1) }] },
      /expected every extension once, found 2\.5\.29\.20 twice/,
    ));

  test('a number that is negative or longer than 20 bytes is refused', async () => {
    const numbered = (value: Uint8Array) => ({ extensions: [{ oid: '2.5.29.27', critical: true, value }] });
    await refuses(numbered(element(2, Buffer.of(0xff))), /expected a number of zero or more/);
    await refuses(numbered(element(2, Buffer.alloc(21, 1))), /expected a number of zero or more/);
  });

  test('a number of 20 bytes is read', async () => {
    const value = element(2, Buffer.alloc(20, 0x7f));
    assert.equal((await mint({ extensions: [{ oid: '2.5.29.27', critical: true, value }] })).baseNumber, BigInt(`0x${'7f'.repeat(20)}`));
  });

  test('nothing may stand where nothing belongs', async () => {
    const { tbs, signatureAlgorithmDer, issuer: name } = await mint();
    const times = [element(0x17, Buffer.from('250101000000Z')), element(0x17, Buffer.from('350101000000Z'))];
    const unsigned = (...rest: readonly Uint8Array[]) =>
      sequence(sequence(integer(1), signatureAlgorithmDer, name.der, ...times, ...rest), signatureAlgorithmDer, bitString(Buffer.of(1)));
    parseCrl(unsigned(), 'CRL');
    parseCrl(unsigned(element(0xa0, sequence())), 'CRL');
    const wrong = [
      [nullValue()],
      [times[0] ?? tbs],
      [element(0xa0, sequence(), nullValue())],
      [element(0xa0)],
      [element(0xa0, sequence()), nullValue()],
    ];
    for (const rest of wrong) assert.throws(() => parseCrl(unsigned(...rest), 'CRL'), /malformed DER/);
    const first = sequence(signatureAlgorithmDer, name.der, ...times);
    assert.throws(() => parseCrl(sequence(first, signatureAlgorithmDer, bitString(Buffer.of(1))), 'CRL'), /found version 1/);
  });

  test('version 1, and two signature algorithms that differ, are refused', async () => {
    const der = Buffer.from(await mintCrl({ ca }));
    const version = der.indexOf(Buffer.from('020101', 'hex'));
    assert.throws(
      () => parseCrl(Buffer.concat([der.subarray(0, version + 2), Buffer.of(0), der.subarray(version + 3)]), 'CRL'),
      /found version 1/,
    );
    const algorithm = der.indexOf(Buffer.from('06082a8648ce3d0403', 'hex'));
    const other = Buffer.from(der);
    other[algorithm + 9] = 3;
    assert.throws(() => parseCrl(other, 'CRL'), /expected one signature algorithm, found two that differ/);
  });
});

describe('believing', () => {
  test('names of the issuer that differ in case, spaces and kind of string are one', async () => {
    const issuerName = (o: string, cn: string) =>
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', o],
        ['CN', cn],
      ] as const;
    checkBaseCrl(await mint({ issuer: issuerName('Notation-TS-KMS', '  crl   ca ') }), issuer);
    for (const other of [issuerName('notation-ts-kms', 'CRLCA'), issuerName('notation-ts-km', 'CRL CA'), [['CN', 'CRL CA']] as const]) {
      const crl = await mint({ issuer: other });
      assert.throws(() => checkBaseCrl(crl, issuer), /expected it to be issued by "CN=CRL CA,/);
    }
  });

  test('a scope of two kinds of certificates is refused', () =>
    assert.throws(() => parseScope(sequence(implicit(1, Buffer.of(0xff)), implicit(2, Buffer.of(0xff))), 'scope'), /found user and ca/));
  test('an empty scope is refused', () => assert.throws(() => parseScope(Buffer.of(), 'scope'), /malformed DER/));
  test('a flag that is no boolean is refused', () => {
    for (const value of [Buffer.of(1), Buffer.of(0xff, 0), Buffer.of()])
      assert.throws(() => parseScope(sequence(implicit(1, value)), 'scope'), /expected a boolean/);
  });
  test('a default that is written out is read', () =>
    assert.equal(parseScope(sequence(implicit(4, Buffer.of(0))), 'scope').indirect, false));

  test('one bit changed anywhere is not believed', async () => {
    const der = await mintCrl({ ca, entries: [{ serial: leaf.serial, reason: 6 }] });
    checkBaseCrl(parseCrl(der, 'CRL'), issuer);
    for (let bit = 0; bit < der.length * 8; bit += 1) {
      const spoiled = Buffer.from(der);
      spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(
        () => checkBaseCrl(parseCrl(spoiled, 'CRL'), issuer),
        (error) => error instanceof NotationError && error.code !== 'INTERNAL',
        `bit ${bit}`,
      );
    }
  });
});
