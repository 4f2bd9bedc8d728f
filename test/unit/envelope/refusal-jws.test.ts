// What a JWS envelope must not be, each with the sentence that says so.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { jws } from '../../../src/envelope/jws.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { during } from '../../support/pki.ts';

type Json = Record<string, unknown>;

const scheme = 'io.cncf.notary.signingScheme';
const signingTime = 'io.cncf.notary.signingTime';
const authenticTime = 'io.cncf.notary.authenticSigningTime';
const expiry = 'io.cncf.notary.expiry';
const authority = { [scheme]: 'notary.x509.signingAuthority', [signingTime]: undefined, [authenticTime]: '2026-06-01T12:00:00Z' };

/** A good envelope that expires. */
let good: Json = {};

before(async () => {
  const { bytes } = await makeEnvelope({
    format: 'jws',
    draft: { expiry: new Date('2027-01-01T00:00:00Z'), extended: [{ key: 'com.example', critical: true, value: 1 }] },
    unsigned: { signingAgent: 'test', timestamp: Buffer.from('3000', 'hex') },
  });
  good = JSON.parse(Buffer.from(bytes).toString());
});

const outer = (change: Json) => () => JSON.stringify({ ...good, ...change });
const unsigned = (change: Json) => () => JSON.stringify({ ...good, header: { ...(good['header'] as Json), ...change } });
const signed = (change: Json) => () => withHeader(JSON.stringify({ ...headerOf(good), ...change }));
/** The protected header's text, changed. */
const signedText = (change: (text: string) => string) => () => withHeader(change(JSON.stringify(headerOf(good))));
const text = (change: (text: string) => string) => () => change(JSON.stringify(good));
const crit = (...names: readonly unknown[]) => signed({ crit: names });

const rows: readonly (readonly [string, () => string, RegExp])[] = [
  ['nothing', () => '', /expected a signature envelope, found nothing/],
  ['no JSON', () => 'signature', /found text that is not valid JSON/],
  ['an array', () => '[]', /JWS envelope: expected a JSON object, found an array/],
  ['bytes after its end', text((all) => `${all}{}`), /JWS envelope: .* not valid JSON/],
  ['a member twice', text((all) => all.replace('{', '{"payload":"e30",')), /JWS envelope: expected each JSON member once/],
  [
    'a certificate chain twice',
    text((all) => all.replace('"header":{', '"header":{"x5c":[],')),
    /JWS envelope: expected each JSON member once/,
  ],
  [
    'a protected parameter twice',
    signedText((all) => all.replace('{', '{"alg":"ES256",')),
    /protected header: expected each JSON member once/,
  ],
  ['deep nesting', text((all) => all.replace('{', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},`)), /nested too deeply/],
  ['general serialisation', outer({ signatures: [] }), /expected one signature in flattened serialisation/],
  ['no payload', outer({ payload: undefined }), /it is detached/],
  ['an empty payload', outer({ payload: '' }), /expected a payload, found an empty one/],
  ['no protected header', outer({ protected: undefined }), /expected the members .* found no protected/],
  ['no unprotected header', outer({ header: undefined }), /found no header/],
  ['no signature', outer({ signature: undefined }), /found no signature/],
  ['an empty signature', outer({ signature: '' }), /expected a signature, found an empty one/],
  ['a payload of another type', outer({ payload: {} }), /expected payload to be text, found an object/],
  ['a protected header of another type', outer({ protected: 5 }), /expected protected to be text, found a number/],
  ['an unprotected header of another type', outer({ header: [] }), /unprotected header: expected a JSON object, found an array/],
  ['a signature of another type', outer({ signature: null }), /expected signature to be text, found null/],
  ['another member', outer({ extra: 1 }), /expected only the members .* found "extra"/],
  ['a member in another case', outer({ Payload: 'e30' }), /expected only the members .* found "Payload"/],
  ['padding in the payload', outer({ payload: 'e30=' }), /payload: expected base64url without padding/],
  ['stray bits in the payload', outer({ payload: 'e31' }), /payload: expected base64url without padding/],
  ['a line break in the payload', outer({ payload: 'e3\n0' }), /payload: expected base64url without padding/],
  ['base64 of the other alphabet', outer({ signature: '+/+/' }), /signature: expected base64url without padding/],
  ['padding in the protected header', outer({ protected: 'e30=' }), /protected header: expected base64url without padding/],
  ['a protected header that is no JSON', () => withHeader('{]'), /protected header: .* not valid JSON/],
  [
    'a protected header that is no UTF-8',
    outer({ protected: Buffer.of(0x22, 0xff, 0x22).toString('base64url') }),
    /header: expected UTF-8/,
  ],
  ['a protected header that is no object', () => withHeader('7'), /protected header: expected a JSON object, found a number/],
  ['a parameter in both headers', unsigned({ 'com.example': 1 }), /expected each parameter in one header, found "com.example" in both/],
  ['an unprotected alg', unsigned({ alg: 'ES256' }), /found "alg" in both/],
  ['a parameter in another case', signed({ Alg: 'none' }), /expected alg to be spelt so, found "Alg"/],
  ['a parameter with a letter that folds', signed({ 'io.cncf.notary.ſigningScheme': 'x' }), /signingScheme to be spelt so/],
  ['a certificate chain in another case', unsigned({ X5C: [] }), /expected x5c to be spelt so, found "X5C"/],
  ...(['none', 'RS256', 'HS256', 'ES256K', 'EdDSA', 'ps256', ''] as const).map(
    (alg) => [`the algorithm ${alg}`, signed({ alg }), new RegExp(`expected alg to be one of PS256, .* found "${alg}"`)] as const,
  ),
  ['no algorithm', signed({ alg: undefined }), /expected alg to be one of .* found nothing/],
  ['an algorithm that is a number', signed({ alg: -7 }), /expected alg to be one of .* found a number/],
  ['no content type', signed({ cty: undefined }), /expected cty to be text, found nothing/],
  ['no scheme', signed({ [scheme]: undefined }), /expected io.cncf.notary.signingScheme notary.x509 or .* found nothing/],
  ['an unknown scheme', signed({ [scheme]: 'notary.x510' }), /signingScheme notary.x509 or .* found "notary.x510"/],
  ['an inherited scheme', signed({ [scheme]: 'constructor' }), /found "constructor"/],
  ['a scheme that is a list', signed({ [scheme]: ['notary.x509'] }), /signingScheme .* found an array/],
  ['no signing time', signed({ [signingTime]: undefined }), /signingTime to be a time of RFC 3339, found nothing/],
  ['a signing time that is a number', signed({ [signingTime]: 1_700_000_000 }), /signingTime to be a time of RFC 3339, found a number/],
  ...(
    [
      '2026-06-01',
      '2026-06-01 12:00:00Z',
      '2026-06-01T12:00:00',
      '2026-02-30T12:00:00Z',
      '2026-06-01T24:00:00Z',
      '0001-01-01T00:00:00Z',
    ] as const
  ).map((time) => [`the signing time ${time}`, signed({ [signingTime]: time }), /signingTime to be a time of RFC 3339, found "/] as const),
  [
    'an authentic signing time under notary.x509',
    signed({ [authenticTime]: '2026-06-01T12:00:00Z' }),
    /expected no .*authenticSigningTime under the scheme notary.x509, found one/,
  ],
  [
    'a signing time under the other scheme',
    signed({ ...authority, [signingTime]: '2026-06-01T12:00:00Z' }),
    /expected no .*signingTime under the scheme notary.x509.signingAuthority/,
  ],
  ['no authentic signing time', signed({ ...authority, [authenticTime]: undefined }), /authenticSigningTime to be a time/],
  ['an authentic signing time that is not critical', signed(authority), /expected crit to name io.cncf.notary.authenticSigningTime/],
  ['an expiry at the signing time', signed({ [expiry]: '2026-06-01T14:00:00+02:00' }), /expected an expiry after the signing time/],
  ['an expiry before the signing time', signed({ [expiry]: '2026-06-01T11:59:59Z' }), /expected an expiry after the signing time/],
  ['an expiry that is null', signed({ [expiry]: null }), /expiry to be a time of RFC 3339, found null/],
  ['no crit', signed({ crit: undefined }), /expected crit to be an array, found nothing/],
  ['crit that is text', signed({ crit: scheme }), /expected crit to be an array, found text/],
  ['an empty crit', crit(), /expected crit to name io.cncf.notary.signingScheme/],
  ['crit without the scheme', crit(expiry), /expected crit to name io.cncf.notary.signingScheme/],
  ['crit without the expiry', crit(scheme), /expected crit to name io.cncf.notary.expiry/],
  ['crit with a name twice', crit(scheme, expiry, scheme), /name each parameter once, found "io.cncf.notary.signingScheme" twice/],
  ['crit with a name that is absent', crit(scheme, expiry, 'nobody'), /expected every parameter that crit names, found no "nobody"/],
  ['crit with a name that is inherited', crit(scheme, expiry, 'toString'), /found no "toString"/],
  ['crit with a registered name', crit(scheme, expiry, 'alg'), /found "alg", which must not be in it/],
  ['crit with b64', signed({ b64: false, crit: [scheme, expiry, 'b64'] }), /found "b64", which must not be in it/],
  ['crit with the signing time', crit(scheme, expiry, signingTime), /found "io.cncf.notary.signingTime", which must not be in it/],
  ['crit with a number', crit(scheme, expiry, 1), /expected crit to list names of parameters, found a number in it/],
  ['no certificates', unsigned({ x5c: undefined }), /expected x5c to be an array of certificates, found nothing/],
  ['an empty chain', unsigned({ x5c: [] }), /expected the certificate chain, found an empty one/],
  ['a bare certificate', unsigned({ x5c: 'MAA=' }), /expected x5c to be an array of certificates, found a string/],
  ['a certificate in base64url', unsigned({ x5c: ['-_-_'] }), /x5c 1: expected standard padded base64/],
  ['a certificate without padding', unsigned({ x5c: ['MAA=', 'MAA'] }), /x5c 2: expected standard padded base64/],
  ['an empty certificate', unsigned({ x5c: [''] }), /expected x5c to hold certificates in base64, found an empty one/],
  ['a certificate that is a number', unsigned({ x5c: [1] }), /expected x5c to hold certificates in base64, found a number/],
  ['101 certificates', unsigned({ x5c: Array.from({ length: 101 }, () => 'MAA=') }), /expected at most 100 certificates, found 101/],
  ['a signing agent that is a number', unsigned({ 'io.cncf.notary.signingAgent': 1 }), /signingAgent to be text, found a number/],
  [
    'an empty timestamp',
    unsigned({ 'io.cncf.notary.timestampSignature': '' }),
    /timestampSignature to be a token in base64, found an empty one/,
  ],
  [
    'a timestamp in base64url',
    unsigned({ 'io.cncf.notary.timestampSignature': '-_-_' }),
    /timestampSignature: expected standard padded base64/,
  ],
  ['more than 32 MiB', text((all) => all.padEnd(32 * 1024 * 1024 + 1)), /expected at most 33554432 bytes, found 33554433/],
];

for (const [name, make, message] of rows) {
  test(`refuses ${name}`, () => {
    assert.throws(() => jws.parse(Buffer.from(make())), { name: 'NotationError', code: 'ENVELOPE', message });
  });
}

test('takes what the rules leave open', () => {
  const rewritten = JSON.stringify(Object.fromEntries(Object.entries(good).reverse()), undefined, 2);
  const reordered = withHeader(JSON.stringify(Object.fromEntries(Object.entries(headerOf(good)).reverse()), undefined, 2));
  const taken: readonly (() => string)[] = [
    () => rewritten,
    () => reordered,
    unsigned({ 'com.example.note': 'unknown', kid: 'unknown' }),
    unsigned({ 'io.cncf.notary.signingAgent': '' }),
    signed({ kid: 'a registered name that is not critical', typ: 'x' }),
    signed({ [signingTime]: '2026-06-01T14:00:00.75+02:00' }),
  ];
  for (const make of taken) assert.deepEqual(jws.parse(Buffer.from(make())).signed.signingTime.at, during);
});

test('takes the signing agent as release candidates spelt it', () => {
  const older = unsigned({ 'io.cncf.notary.signingAgent': undefined, 'io.cncf.notary.SigningAgent': 'rc' });
  assert.equal(jws.parse(Buffer.from(older())).unsigned.signingAgent, 'rc');
});

function headerOf(envelope: Json): Json {
  return JSON.parse(Buffer.from(String(envelope['protected']), 'base64url').toString());
}

function withHeader(header: string): string {
  return JSON.stringify({ ...good, protected: Buffer.from(header).toString('base64url') });
}
