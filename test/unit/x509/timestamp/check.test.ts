import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HashAlgorithm, KeySpec } from '../../../../src/core/algorithm.ts';
import { type Der, toHex } from '../../../../src/core/bytes.ts';
import { NotationError } from '../../../../src/core/error.ts';
import * as encode from '../../../../src/x509/asn1/der-encode.ts';
import { extendedKeyUsageOid } from '../../../../src/x509/extension.ts';
import { extendedKeyUsage, keyUsage } from '../../../../src/x509/issue/issue.ts';
import { checkImprint, checkTimestampToken, type Timestamp } from '../../../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../../../src/x509/timestamp/token.ts';
import { type Holder, mintCa, mintChain, mintLeaf } from '../../../support/pki.ts';
import {
  attribute,
  generalizedTime,
  imprintOf,
  issuerSerial,
  makeToken,
  oids,
  pkcs1,
  type SignerWish,
  signingCertificate,
  type TokenWish,
} from '../../../support/timestamp-token.ts';

const message = Buffer.from('the signature value of an envelope');
const chain = await mintChain({ purpose: 'timestamping' });
const rsa = await mintChain({ purpose: 'timestamping', spec: 'RSA-2048' });
const [leaf, intermediate, root] = chain as [Holder, Holder, Holder];
const rsaLeaf = rsa[0] as Holder;
const stranger = await mintCa('stranger', undefined);

type Wish = Partial<TokenWish>;

async function check(wish: Wish = {}, hash?: HashAlgorithm, roots = [root]): Promise<Timestamp> {
  const holders = wish.chain ?? chain;
  const der = await makeToken({ message, chain, ...wish });
  const trusted = roots.includes(root) ? [(holders.at(-1) ?? root).certificate] : roots.map(({ certificate }) => certificate);
  return checkTimestampToken(parseTimestampToken(der), { message, ...(hash && { hash }), roots: trusted });
}

const signedBy = (wish: Partial<SignerWish>): Wish => ({ signers: [{ holder: leaf, ...wish }] });
const signedByRsa = (wish: Partial<SignerWish>): Wish => ({ chain: rsa, signers: [{ holder: rsaLeaf, ...wish }] });
const algorithm = (oid: string, ...parameters: readonly Der[]) => encode.sequence(encode.oid(oid), ...parameters);
const rsaEncryption = algorithm('1.2.840.113549.1.1.1', encode.nullValue());

describe('checkTimestampToken accepts', () => {
  for (const spec of ['RSA-2048', 'RSA-3072', 'RSA-4096', 'EC-256', 'EC-384', 'EC-521'] satisfies readonly KeySpec[])
    test(`a key of ${spec}, by its own algorithm`, async () => {
      const holders = await mintChain({ purpose: 'timestamping', spec });
      const { chain: found } = await check({ chain: holders });
      assert.deepEqual(dersOf(found), dersOf(holders.map(({ certificate }) => certificate)));
    });

  const accepted: Readonly<Record<string, Wish>> = {
    'PKCS#1 v1.5, named with its hash': signedByRsa({
      signatureAlgorithm: algorithm('1.2.840.113549.1.1.12', encode.nullValue()),
      signature: pkcs1(rsaLeaf, 'sha384'),
    }),
    'PKCS#1 v1.5, its hash named by the digest': signedByRsa({
      digestHash: 'SHA-512',
      signatureAlgorithm: rsaEncryption,
      signature: pkcs1(rsaLeaf, 'sha512'),
    }),
    'a digest with another hash than the signature': signedBy({ digestHash: 'SHA-512' }),
    'a signing certificate by SHA-512': signedBy({
      attributes: { signingCertificate: [attribute('signingCertificate', signingCertificate(leaf.certificate.der, 'SHA-512'))] },
    }),
    'a signing certificate by its issuer as well': signedBy({
      attributes: {
        signingCertificate: [attribute('signingCertificate', signingCertificate(leaf.certificate.der, 'SHA-256', issuerSerial(leaf)))],
      },
    }),
    'a signing time within the validity': signedBy({
      attributes: { signingTime: [attribute('signingTime', encode.time(new Date('2026-01-01')))] },
    }),
    'signed attributes in another order': signedBy({ shuffled: 'sent' }),
    'certificates in another order': { certificates: [root, leaf, intermediate].map(({ certificate }) => certificate.der) },
    'a token without the root': { certificates: [leaf, intermediate].map(({ certificate }) => certificate.der) },
    'certificates that have nothing to do with it': {
      certificates: [leaf, intermediate, root, stranger, rsaLeaf].map(({ certificate }) => certificate.der),
    },
    'a second signer after one that fails': {
      signers: [{ holder: leaf, version: 3 }, { holder: leaf }],
    },
    'eight signers, of whom the last holds': {
      signers: [...Array.from({ length: 7 }, () => ({ holder: leaf, version: 3 })), { holder: leaf }],
    },
    'the ordering stated': { info: { rest: [encode.boolean(true)] } },
    'an extension that is not critical': {
      info: { rest: [encode.element(0xa1, encode.sequence(encode.oid('1.2.3'), encode.octetString(Uint8Array.of(1))))] },
    },
    'the name of the authority': { info: { rest: [encode.element(0xa0, encode.element(0xa4, leaf.certificate.subject.der))] } },
  };
  for (const [name, wish] of Object.entries(accepted)) test(name, async () => void (await check(wish)));

  test('any SHA-2 in the imprint where none is demanded', async () => {
    for (const hash of ['SHA-256', 'SHA-384', 'SHA-512'] as const) assert.equal((await check({ hash })).info.imprint.hash, hash);
  });

  test('lengths that are longer than they must be', async () => {
    const der = await makeToken({ message, chain });
    const long = Buffer.concat([Uint8Array.of(0x30, 0x84, 0, 0), der.subarray(2)]);
    assert.equal(der[1], 0x82);
    checkTimestampToken(parseTimestampToken(long), { message, roots: [root.certificate] });
  });

  test('a cross-signed intermediate, whichever of its two issuers is trusted', async () => {
    const other = await mintCa('other root', undefined);
    const crossed = await mintCa('intermediate 1', other);
    const certificates = [leaf, crossed, intermediate, root, other].map(({ certificate }) => certificate.der);
    for (const way of [
      [leaf, crossed, other],
      [leaf, intermediate, root],
    ]) {
      const found = await check({ certificates }, undefined, way.slice(-1));
      assert.deepEqual(dersOf(found.chain), dersOf(way.map(({ certificate }) => certificate)));
    }
  });

  test('the way that keeps the rules where another does not', async () => {
    const expired = await mintCa('intermediate 1', root, { notAfter: new Date('2026-01-01') });
    const certificates = [leaf, expired, intermediate, root].map(({ certificate }) => certificate.der);
    assert.deepEqual(dersOf((await check({ certificates })).chain), dersOf(chain.map(({ certificate }) => certificate)));
  });
});

const dersOf = (certificates: readonly { readonly der: Der }[]) => certificates.map(({ der }) => der);

const directoryName = encode.element(0xa4, leaf.certificate.issuer.der);
const twoIssuers = encode.sequence(
  encode.sequence(directoryName, directoryName),
  encode.integer(Buffer.from(leaf.certificate.serial, 'hex')),
);
const outside = encode.time(new Date('2036-01-01'));

describe('checkTimestampToken refuses', () => {
  const refused: Readonly<Record<string, readonly [Wish, RegExp]>> = {
    'another content type': [{ contentType: oids.data }, /expected content of type .* found 1\.2\.840\.113549\.1\.7\.1/],
    'signed data of version 1': [{ signedDataVersion: 1 }, /signed data of version 3, found 1/],
    'a TSTInfo of version 2': [{ info: { version: 2 } }, /TSTInfo of version 1, found 2/],
    'a critical extension': [
      {
        info: {
          rest: [encode.element(0xa1, encode.sequence(encode.oid('1.2.3'), encode.boolean(true), encode.octetString(Uint8Array.of(1))))],
        },
      },
      /expected no critical extension, found 1\.2\.3/,
    ],
    'no signer': [{ signers: [] }, /expected 1 to 8 signers, found 0/],
    'nine signers': [{ signers: Array.from({ length: 9 }, () => ({ holder: leaf })) }, /expected 1 to 8 signers, found 9/],
    'a signer of version 3': [signedBy({ version: 3 }), /signer info of version 1, found 3/],
    'no signed attributes': [signedBy({ bare: true }), /expected signed attributes, found none/],
    'no content type attribute': [signedBy({ attributes: { contentType: [] } }), /signed attribute content type .* found none/],
    'another content type attribute': [
      signedBy({ attributes: { contentType: [attribute('contentType', encode.oid(oids.data))] } }),
      /signed content type of .* found 1\.2\.840\.113549\.1\.7\.1/,
    ],
    'no message digest attribute': [signedBy({ attributes: { messageDigest: [] } }), /signed attribute message digest .* found none/],
    'another message digest': [
      signedBy({ attributes: { messageDigest: [attribute('messageDigest', encode.octetString(new Uint8Array(32)))] } }),
      /signed message digest to be the SHA-256 of the TSTInfo, found another/,
    ],
    'no signing certificate attribute': [signedBy({ attributes: { signingCertificate: [] } }), /signing certificate v2 .* found none/],
    'the signing certificate attribute twice': [
      signedBy({
        attributes: {
          signingCertificate: [leaf, root].map(({ certificate }) => attribute('signingCertificate', signingCertificate(certificate.der))),
        },
      }),
      /signing certificate v2 once, with one value, found it 2 times with 2/,
    ],
    'a content type of two values': [
      signedBy({ attributes: { contentType: [attribute('contentType', encode.oid(oids.timestampInfo), encode.oid(oids.data))] } }),
      /content type once, with one value, found it 1 times with 2/,
    ],
    'a content type of no value': [signedBy({ attributes: { contentType: [attribute('contentType')] } }), /found it 1 times with 0/],
    'a content type once with a value and once without': [
      signedBy({
        shuffled: 'sent',
        attributes: { contentType: [attribute('contentType', encode.oid(oids.timestampInfo)), attribute('contentType')] },
      }),
      /content type once, with one value, found it 2 times with 1/,
    ],
    'a signing certificate attribute that names none': [
      signedBy({ attributes: { signingCertificate: [attribute('signingCertificate', encode.sequence(encode.sequence()))] } }),
      /expected a certificate in the signing certificate attribute, found none/,
    ],
    'a signing certificate of two issuers': [
      signedBy({
        attributes: {
          signingCertificate: [attribute('signingCertificate', signingCertificate(leaf.certificate.der, 'SHA-256', twoIssuers))],
        },
      }),
      /signing certificate attribute: malformed DER: expected the end/,
    ],
    'a signature over attributes in another order': [signedBy({ shuffled: 'signed' }), /found one that does not verify/],
    "another certificate's hash": [
      signedBy({ attributes: { signingCertificate: [attribute('signingCertificate', signingCertificate(root.certificate.der))] } }),
      /found another certificate's hash/,
    ],
    'a signing certificate by SHA-1': [
      signedBy({
        attributes: {
          signingCertificate: [
            attribute(
              'signingCertificate',
              encode.sequence(encode.sequence(encode.sequence(algorithm(oids.sha1), encode.octetString(new Uint8Array(20))))),
            ),
          ],
        },
      }),
      /signing certificate attribute with SHA-256, SHA-384 or SHA-512, found another hash/,
    ],
    'a signing certificate of another issuer': [
      signedBy({
        attributes: {
          signingCertificate: [
            attribute(
              'signingCertificate',
              signingCertificate(leaf.certificate.der, 'SHA-256', issuerSerial(leaf, root.certificate.subject.der)),
            ),
          ],
        },
      }),
      /found another issuer or serial number/,
    ],
    'a signing certificate of another serial number': [
      signedBy({
        attributes: {
          signingCertificate: [
            attribute(
              'signingCertificate',
              signingCertificate(leaf.certificate.der, 'SHA-256', issuerSerial(root, leaf.certificate.issuer.der)),
            ),
          ],
        },
      }),
      /found another issuer or serial number/,
    ],
    'a signing time outside the validity': [
      signedBy({ attributes: { signingTime: [attribute('signingTime', outside)] } }),
      /expired on 2035-01-01/,
    ],
    'a digest with SHA-1': [signedBy({ digestAlgorithm: algorithm(oids.sha1) }), /digest with SHA-256, SHA-384 or SHA-512, found another/],
    'a signature with SHA-1': [
      signedByRsa({ signatureAlgorithm: algorithm('1.2.840.113549.1.1.5', encode.nullValue()), signature: pkcs1(rsaLeaf, 'sha1') }),
      /signature with SHA-2 of RSA, RSASSA-PSS or ECDSA, found SHA1WithRSA/,
    ],
    'a signature with Ed25519': [signedBy({ signatureAlgorithm: algorithm('1.3.101.112') }), /found Ed25519/],
    'a signature by another key': [
      signedBy({ signature: (signed) => pkcs1(rsaLeaf, 'sha256')(signed) }),
      /signature by the key of certificate "CN=leaf,.*found one that does not verify/,
    ],
    'a signer whose certificate is not there': [
      { certificates: [intermediate, root].map(({ certificate }) => certificate.der) },
      /expected the signing certificate, serial number [0-9a-f]+ of "CN=intermediate 1,.* found 2 others/,
    ],
    'a token without certificates': [{ certificates: [] }, /expected the signing certificate, .* found 0 others/],
    'a token without the intermediate': [
      { certificates: [leaf, root].map(({ certificate }) => certificate.der) },
      /expected a chain from certificate "CN=leaf,.* to a trusted root \("CN=root,.*"\), found none through its issuer "CN=intermediate 1/,
    ],
    'a certificate that cannot be read': [{ certificates: [encode.sequence()] }, /certificate 1: malformed DER/],
    'more certificates than honest chains have': [
      { certificates: Array.from({ length: 33 }, () => leaf.certificate.der) },
      /expected at most 32 certificates, found 33/,
    ],
    'an imprint of another message': [
      { info: { imprint: imprintOf(Buffer.from('other')) } },
      /expected the message imprint [0-9a-f]{64}, found/,
    ],
    'an imprint with SHA-1': [
      { info: { imprint: encode.sequence(algorithm(oids.sha1), encode.octetString(new Uint8Array(20))) } },
      /message imprint with SHA-256, SHA-384 or SHA-512, found another/,
    ],
    'an imprint whose hash has parameters': [
      {
        info: { imprint: encode.sequence(algorithm('2.16.840.1.101.3.4.2.1', encode.integer(1)), encode.octetString(new Uint8Array(32))) },
      },
      /message imprint with SHA-256/,
    ],
    'a time before the chain': [{ info: { time: '20241231235959Z' } }, /not valid before 2025-01-01/],
    'a time after the chain': [{ info: { time: '20350101000000.001Z' } }, /expired on 2035-01-01/],
  };
  for (const [name, [wish, words]] of Object.entries(refused))
    test(name, async () => {
      await assert.rejects(check(wish), isTimestampError(words));
    });

  test('another hash than the one that was asked for', async () => {
    await assert.rejects(check({ hash: 'SHA-512' }, 'SHA-256'), isTimestampError(/message imprint with SHA-256, found SHA-512/));
  });

  test('a root that is not trusted', async () => {
    await assert.rejects(check({}, undefined, [stranger]), isTimestampError(/to a trusted root \("CN=stranger/));
  });

  test('everything where nothing is trusted', async () => {
    await assert.rejects(check({}, undefined, []), isTimestampError(/to a trusted root \(none\)/));
  });

  const timeStamping = extendedKeyUsage([extendedKeyUsageOid.timeStamping], true);
  const leaves: Readonly<Record<string, readonly [Parameters<typeof mintLeaf>[2], RegExp]>> = {
    'no extended key usage': [{ extensions: [keyUsage(['digitalSignature'])] }, /timeStamping alone, found no extended key usage/],
    'an extended key usage that is not critical': [
      { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.timeStamping])] },
      /found one that is not critical/,
    ],
    'a second purpose': [
      {
        extensions: [
          keyUsage(['digitalSignature']),
          extendedKeyUsage([extendedKeyUsageOid.timeStamping, extendedKeyUsageOid.codeSigning], true),
        ],
      },
      /timeStamping alone, found 1\.3/,
    ],
    'no key usage': [{ extensions: [timeStamping] }, /digitalSignature, found no key usage/],
  };
  for (const [name, [change, words]] of Object.entries(leaves))
    test(`a certificate with ${name}`, async () => {
      const holder = await mintLeaf('leaf', intermediate, change, 'EC-256', 'timestamping');
      await assert.rejects(check({ chain: [holder, intermediate, root] }), isTimestampError(words));
    });

  test('an intermediate that may not issue', async () => {
    const weak = await mintCa('intermediate 1', root, { extensions: [keyUsage(['digitalSignature'])] });
    await assert.rejects(check({ chain: [leaf, weak, root] }), isTimestampError(/expected basic constraints, critical, with cA true/));
  });
});

test('checkImprint judges a token whose authority nobody trusts', async () => {
  const { info } = parseTimestampToken(await makeToken({ message, chain, certificates: [] }));
  checkImprint(info, message);
  checkImprint(info, message, 'SHA-256');
  assert.throws(() => checkImprint(info, Buffer.from('other')), isTimestampError(/expected the message imprint/));
});

describe('the time of a timestamp', () => {
  const seconds = (count: number) => encode.integer(count);
  const millis = (count: number) => encode.implicit(0, encode.integer(count).subarray(2));
  const micros = (count: number) => encode.implicit(1, encode.integer(count).subarray(2));
  const ranges: readonly (readonly [Wish['info'], earliest: string, latest: string])[] = [
    [{}, '12:00:00.000', '12:00:00.000'],
    [{ policy: '0.4.0.2023.1.1' }, '11:59:59.000', '12:00:01.000'],
    [{ policy: '0.4.0.2023.1.1', accuracy: encode.sequence() }, '11:59:59.000', '12:00:01.000'],
    [{ policy: '0.4.0.2023.1.1', accuracy: encode.sequence(seconds(2)) }, '11:59:58.000', '12:00:02.000'],
    [{ accuracy: encode.sequence() }, '12:00:00.000', '12:00:00.000'],
    [{ accuracy: encode.sequence(seconds(1)) }, '11:59:59.000', '12:00:01.000'],
    [{ accuracy: encode.sequence(millis(500)) }, '11:59:59.500', '12:00:00.500'],
    [{ accuracy: encode.sequence(micros(1)) }, '11:59:59.999', '12:00:00.001'],
    [{ accuracy: encode.sequence(seconds(1), millis(500), micros(999)) }, '11:59:58.499', '12:00:01.501'],
    [{ accuracy: encode.sequence(millis(0)) }, '12:00:00.000', '12:00:00.000'],
    [{ time: '20260601120000.5Z' }, '12:00:00.500', '12:00:00.500'],
    [{ time: '20260601120000.123456789Z' }, '12:00:00.123', '12:00:00.124'],
    [{ time: '20260601120000.0005Z', accuracy: encode.sequence(micros(500)) }, '12:00:00.000', '12:00:00.001'],
    [{ time: '20260601120000.0004Z', accuracy: encode.sequence(micros(500)) }, '11:59:59.999', '12:00:00.001'],
  ];
  for (const [info = {}, earliest, latest] of ranges)
    test(`${info.time ?? 'on the second'} with ${info.accuracy ? toHex(info.accuracy) : 'no accuracy'} under ${info.policy ?? 'some policy'}`, async () => {
      const found = await check({ info });
      assert.deepEqual([found.earliest.toISOString(), found.latest.toISOString()], [`2026-06-01T${earliest}Z`, `2026-06-01T${latest}Z`]);
    });

  const malformed: readonly (readonly [Wish['info'], RegExp])[] = [
    [{ time: '20260601120000' }, /time as RFC 3161 §2\.4\.2 writes it/],
    [{ time: '202606011200Z' }, /time as RFC 3161/],
    [{ time: '20260601120000.50Z' }, /time as RFC 3161/],
    [{ time: '20260601120000.Z' }, /time as RFC 3161/],
    [{ time: '20260601120000,5Z' }, /time as RFC 3161/],
    [{ time: '20260601120000.1234567891Z' }, /time as RFC 3161/],
    [{ time: '20260601120000+0100' }, /time as RFC 3161/],
    [{ time: '20260631120000Z' }, /day or hour that does not exist/],
    [{ time: '20260601120060Z' }, /day or hour that does not exist/],
    [{ accuracy: encode.sequence(millis(1000)) }, /parts below a thousand, found 1000/],
    [{ accuracy: encode.sequence(micros(1000)) }, /parts below a thousand, found 1000/],
    [{ accuracy: encode.sequence(encode.element(0x02, Uint8Array.of(0xff))) }, /found a negative one/],
    [{ accuracy: encode.sequence(micros(1), millis(1)) }, /trailing bytes/],
    [{ rest: [generalizedTime('20260601120000Z')] }, /trailing bytes/],
  ];
  for (const [info, words] of malformed)
    test(`refuses ${words.source} of ${JSON.stringify(info?.time ?? (info?.accuracy && toHex(info.accuracy)) ?? 'rest')}`, async () => {
      await assert.rejects(check({ info: info ?? {} }), isTimestampError(words));
    });
});

function isTimestampError(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.match(error.message, words);
    assert.equal(error.code, 'TIMESTAMP');
    assert.ok(error.hint);
    return true;
  };
}
