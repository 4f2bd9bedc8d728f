// What a COSE envelope must not be, each with the sentence that says so.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { decodeCbor, encodeCbor, epochTime } from '../../../src/envelope/cbor.ts';
import { cose } from '../../../src/envelope/cose.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { during } from '../../support/pki.ts';

type Label = string | number;
type Header = ReadonlyMap<Label, unknown>;
/** A header's entries to change; `undefined` takes one away. */
type Change = readonly (readonly [Label, unknown])[];

const scheme = 'io.cncf.notary.signingScheme';
const signingTime = 'io.cncf.notary.signingTime';
const authenticTime = 'io.cncf.notary.authenticSigningTime';
const expiry = 'io.cncf.notary.expiry';
const agent = 'io.cncf.notary.signingAgent';
const timestamp = 'io.cncf.notary.timestampSignature';
const noon = during.getTime() / 1000;
const authority: Change = [
  [scheme, 'notary.x509.signingAuthority'],
  [signingTime, undefined],
  [authenticTime, epochTime(noon)],
];

let good: Uint8Array = Buffer.of();
let fields: readonly [Uint8Array, Header, Uint8Array, Uint8Array] = [good, new Map(), good, good];

before(async () => {
  const made = await makeEnvelope({
    format: 'cose',
    draft: { expiry: new Date('2027-01-01T00:00:00Z'), extended: [{ key: 'com.example', critical: true, value: 1 }] },
    unsigned: { signingAgent: 'test', timestamp: Buffer.from('3000', 'hex') },
  });
  good = made.bytes;
  fields = decodeCbor(good.subarray(1), 'envelope', false) as typeof fields;
});

const field = (index: number, value: unknown) => () => tagged(encodeCbor(fields.map((old, at) => (at === index ? value : old))));
const signed =
  (...change: Change) =>
  () =>
    withHeader(encodeCbor(changed(headerOf(), change)));
const unsigned =
  (...change: Change) =>
  () =>
    tagged(encodeCbor([fields[0], changed(fields[1], change), fields[2], fields[3]]));
const crit = (...labels: readonly unknown[]) => signed([2, labels]);
/** The protected header's CBOR with an entry more, in hexadecimal. */
const signedRaw = (entry: string) => () => {
  const encoded = Buffer.from(fields[0]);
  return withHeader(Buffer.concat([Buffer.of((encoded[0] ?? 0) + 1), encoded.subarray(1), Buffer.from(entry, 'hex')]));
};
const replaced = (from: string, to: string) => () => {
  const hex = Buffer.from(good).toString('hex');
  assert.ok(hex.includes(from));
  return Buffer.from(hex.replace(from, to), 'hex');
};

const rows: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
  ['nothing', () => Buffer.of(), /expected a signature envelope, found nothing/],
  ['no tag', () => good.subarray(1), /expected tag 18, COSE_Sign1/],
  ['tag 98', () => Buffer.concat([Buffer.from('d862', 'hex'), good.subarray(1)]), /expected tag 18, COSE_Sign1/],
  ['tag 18 in two bytes', () => Buffer.concat([Buffer.from('d812', 'hex'), good.subarray(1)]), /expected tag 18, COSE_Sign1, in one byte/],
  ['tag 18 twice', () => tagged(good), /expected an array of four items after the tag/],
  ['an array of five', () => tagged(encodeCbor([...fields, 1])), /expected an array of four items after the tag/],
  ['an envelope of indefinite length', replaced('d284', 'd29f'), /expected an array of four items after the tag/],
  ['JSON', () => Buffer.from('{}'), /expected tag 18/],
  ['bytes after its end', () => Buffer.concat([good, Buffer.of(0)]), /COSE envelope: expected strict CBOR, found bytes after its end/],
  ['an early end', () => good.subarray(0, -1), /COSE envelope: expected strict CBOR, found its end too early/],
  [
    'a signature of indefinite length',
    () => tagged(Buffer.from(`84${hex(encodeCbor(fields[0]))}a0${hex(encodeCbor(fields[2]))}5f4101ff`, 'hex')),
    /an item of indefinite length/,
  ],
  ['an unprotected label twice', () => rawUnsigned('a2182180182180'), /COSE envelope: expected strict CBOR, found a label twice/],
  ['a tag in the unprotected header', unsigned(['x', epochTime(1)]), /COSE envelope: expected strict CBOR, found a tag where none belongs/],
  ['a label in more bytes than it needs', () => rawUnsigned('a119002180'), /a number or a length in more bytes than it needs/],
  ['text that is not UTF-8', () => rawUnsigned('a161ff80'), /found text that is not UTF-8/],
  ['a label of bytes', () => rawUnsigned('a1416180'), /a label that is neither text nor a whole number/],
  ['a label that is a float', () => rawUnsigned('a1f93c0080'), /a label that is neither text nor a whole number/],
  ['a label of 64 bits', () => rawUnsigned('a11bffffffffffffffff80'), /something else|labels that are text or whole numbers of 53 bits/],
  ['undefined', () => rawUnsigned('a1182af7'), /found the value undefined/],
  ['a float that is no number', () => rawUnsigned('a1182af97e00'), /a float that is no number/],
  ['an array of indefinite length', () => rawUnsigned('a1182a9f01ff'), /an item of indefinite length/],
  ['a float that is infinite', () => rawUnsigned('a1182af97c00'), /a float that is no number/],
  ['a simple value', () => rawUnsigned('a1182ae5'), /expected strict CBOR, found something else/],
  ['deep nesting', () => rawUnsigned(`a1182a${'81'.repeat(100)}00`), /more than 32 levels/],
  ['too many items', () => rawUnsigned(`a1182a994e20${'00'.repeat(20_000)}`), /more than 10000 items/],
  ['an array longer than the envelope', () => rawUnsigned('a1182a9affffffff'), /its end too early|something else/],
  ['bytes longer than the envelope', () => rawUnsigned('a1182a5affffffff'), /its end too early/],
  ['a protected header that is a map', () => field(0, new Map())(), /expected the protected header to be bytes, found something else/],
  ['an empty protected header', field(0, Buffer.of()), /expected a protected header, found an empty one/],
  ['a protected header that is no map', () => withHeader(encodeCbor([])), /protected header: expected a map, found an array/],
  [
    'bytes after the protected header',
    () => withHeader(Buffer.concat([fields[0], Buffer.of(0)])),
    /protected header: expected strict CBOR, found bytes after/,
  ],
  ['a protected label twice', signedRaw('0126'), /protected header: expected strict CBOR, found a label twice/],
  ['an unprotected header that is an array', field(1, []), /unprotected header: expected a map, found an array/],
  ['no payload', field(2, null), /it is detached/],
  ['an empty payload', field(2, Buffer.of()), /expected a payload, found an empty one/],
  ['a payload that is text', field(2, '{}'), /expected the payload to be bytes, found text/],
  ['an empty signature', field(3, Buffer.of()), /expected a signature, found an empty one/],
  ['a signature that is null', field(3, null), /expected the signature to be bytes, found null/],
  ['a label in both headers', unsigned([2, []]), /expected each label in one header, found 2 in both/],
  ['an unprotected alg', unsigned([1, -7]), /found 1 in both/],
  ...[-257, 5, -8, -47, 'ES256'].map(
    (alg) => [`the algorithm ${alg}`, signed([1, alg]), new RegExp(`to be one of -37, .* found "?${alg}`)] as const,
  ),
  ['no algorithm', signed([1, undefined]), /label 1, alg, to be one of .* found nothing/],
  [
    'an algorithm as a float',
    () => withHeader(Buffer.from(hex(fields[0]).replace('0126', '01f9c700'), 'hex')),
    /a whole number as a float/,
  ],
  ['no content type', signed([3, undefined]), /label 3, the content type, to be text, found nothing/],
  ['a content type that is a number', signed([3, 0]), /the content type, to be text, found a number/],
  ['no scheme', signed([scheme, undefined]), /signingScheme notary.x509 or .* found nothing/],
  ['a scheme of bytes', signed([scheme, Buffer.from('notary.x509')]), /signingScheme notary.x509 or .* found bytes/],
  ['an unknown scheme', signed([scheme, 'notary']), /signingScheme .* found "notary"/],
  ['no signing time', signed([signingTime, undefined]), /signingTime to be seconds since 1970 under tag 1, found nothing/],
  ['a signing time without tag', signed([signingTime, noon]), /signingTime to be seconds since 1970 under tag 1, found a number/],
  ['a signing time of text', signed([signingTime, '2026-06-01T12:00:00Z']), /under tag 1, found "2026/],
  ['a signing time of text under tag 0', () => withHeader(retag('c0')), /found a tag where none belongs/],
  ['text under tag 1', signed([signingTime, epochTime('1' as unknown as number)]), /signingTime to be seconds since 1970 under tag 1/],
  ['a time after the year 9999', signed([signingTime, epochTime(253_402_300_800)]), /signingTime to be seconds/],
  ['an authentic signing time under notary.x509', signed([authenticTime, epochTime(noon)]), /expected no .*authenticSigningTime under/],
  ['a signing time under the other scheme', signed(...authority, [signingTime, epochTime(noon)]), /expected no .*signingTime under/],
  ['no authentic signing time', signed(...authority, [authenticTime, undefined]), /authenticSigningTime to be seconds/],
  ['an authentic signing time that is not critical', signed(...authority), /expected crit to name io.cncf.notary.authenticSigningTime/],
  ['an expiry at the signing time', signed([expiry, epochTime(noon)]), /expected an expiry after the signing time/],
  ['no crit', signed([2, undefined]), /expected crit to be an array, found nothing/],
  ['an empty crit', crit(), /expected crit to name io.cncf.notary.signingScheme/],
  ['crit without the expiry', crit(scheme), /expected crit to name io.cncf.notary.expiry/],
  ['crit with a label twice', crit(scheme, expiry, expiry), /found "io.cncf.notary.expiry" twice/],
  ['crit with a label that is absent', crit(scheme, expiry, 77), /found no 77/],
  ['crit with a registered label', crit(scheme, expiry, 3), /found 3, which must not be in it/],
  ['crit with the last registered label', signed([8, 1], [2, [scheme, expiry, 8]]), /found 8, which must not be in it/],
  ['crit with the signing time', crit(scheme, expiry, signingTime), /signingTime", which must not be in it/],
  ['crit with bytes', crit(scheme, expiry, Buffer.of(1)), /names of parameters, found bytes in it/],
  ['no chain', unsigned([33, undefined]), /label 33, x5chain, to be an array of certificates, found nothing/],
  ['a bare certificate', unsigned([33, Buffer.of(1)]), /x5chain, to be an array of certificates, found bytes/],
  ['an empty chain', unsigned([33, []]), /expected the certificate chain, found an empty one/],
  ['an empty certificate', unsigned([33, [Buffer.of()]]), /x5chain to hold certificates, found an empty one/],
  ['a certificate of text', unsigned([33, ['MAA=']]), /x5chain to hold certificates, found text/],
  ['101 certificates', unsigned([33, Array.from({ length: 101 }, () => Buffer.of(1))]), /expected at most 100 certificates/],
  ['a timestamp of text', unsigned([timestamp, 'MAA=']), /timestampSignature to be the bytes of a token, found text/],
  ['an empty timestamp', unsigned([timestamp, Buffer.of()]), /timestampSignature to be the bytes of a token/],
  ['more than 32 MiB', field(2, new Uint8Array(32 * 1024 * 1024)), /expected at most 33554432 bytes/],
];

for (const [name, make, message] of rows) {
  test(`refuses ${name}`, () => {
    assert.throws(() => cose.parse(make()), { name: 'NotationError', code: 'ENVELOPE', message });
  });
}

test('passes over a signing agent that is no text', () => {
  for (const value of [Buffer.of(1), 1, null]) assert.equal(cose.parse(unsigned([agent, value])()).unsigned.signingAgent, undefined);
});

test('takes what the rules leave open', () => {
  const taken: readonly (() => Uint8Array)[] = [
    () => withHeader(encodeUnsorted([...headerOf()].reverse())),
    unsigned(['com.example.note', new Map([[1, [null, true, 1.5]]])], [4, Buffer.of(1)]),
    signed([4, Buffer.of(1)]),
    signed([signingTime, epochTime(noon + 0.5)]),
    () => withHeader(withFloat(noon)),
    () =>
      tagged(
        encodeCbor([
          encodeCbor(changed(headerOf(), [[33, fields[1].get(33)]])),
          changed(fields[1], [[33, undefined]]),
          fields[2],
          fields[3],
        ]),
      ),
  ];
  for (const make of taken) {
    const envelope = cose.parse(make());
    assert.deepEqual(envelope.signed.signingTime.at, during);
    assert.equal(envelope.certificates.length, 3);
    assert.deepEqual(
      envelope.signed.extended.map(({ key }) => key).filter((key) => key !== 4),
      ['com.example'],
    );
  }
});

function headerOf(): Header {
  return decodeCbor(fields[0], 'header', true) as Header;
}

function changed(header: Header, change: Change): Header {
  return new Map([...new Map([...header, ...change])].filter(([, value]) => value !== undefined));
}

function withHeader(header: Uint8Array): Uint8Array {
  return tagged(encodeCbor([header, fields[1], fields[2], fields[3]]));
}

function tagged(array: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(0xd2), array]);
}

/** The envelope with an unprotected header in hexadecimal. */
function rawUnsigned(header: string): Uint8Array {
  const [first, , payload, signature] = fields.map((one) => Buffer.from(encodeCbor(one)));
  return Buffer.concat([Buffer.of(0xd2, 0x84), first ?? '', Buffer.from(header, 'hex'), payload ?? '', signature ?? ''] as Uint8Array[]);
}

function retag(tag: string): Uint8Array {
  return Buffer.from(hex(fields[0]).replaceAll('c11a', `${tag}1a`), 'hex');
}

/** The protected header with this time as a float of 64 bits. */
function withFloat(seconds: number): Uint8Array {
  const float = Buffer.alloc(8);
  float.writeDoubleBE(seconds);
  const [from, to] = [hex(encodeCbor(epochTime(seconds))), `c1fb${hex(float)}`];
  assert.ok(hex(fields[0]).includes(from));
  return Buffer.from(hex(fields[0]).replace(from, to), 'hex');
}

function encodeUnsorted(entries: readonly (readonly [Label, unknown])[]): Uint8Array {
  return Buffer.concat([Buffer.of(0xa0 + entries.length), ...entries.flat().map(encodeCbor)]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
