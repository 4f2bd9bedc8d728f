// What no codec prepares or seals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { algorithmOfSpec, algorithms } from '../../../src/core/algorithm.ts';
import type { ExtendedAttribute } from '../../../src/core/model.ts';
import type { Draft } from '../../../src/envelope/codec.ts';
import { cose } from '../../../src/envelope/cose.ts';
import { jws } from '../../../src/envelope/jws.ts';
import { payload } from '../../support/envelopes.ts';
import { during } from '../../support/pki.ts';

const draft: Draft = { payload, scheme: 'notary.x509', signingTime: during, algorithm: algorithmOfSpec('EC-256') };
const codecs = [jws, cose];
const plugin = 'io.cncf.notary.verificationPlugin';
const version = 'io.cncf.notary.verificationPluginMinVersion';

function extended(...attributes: readonly (readonly [ExtendedAttribute['key'], boolean, unknown])[]): Partial<Draft> {
  return { extended: attributes.map(([key, critical, value]) => ({ key, critical, value })) };
}

const refused: readonly (readonly [string, Partial<Draft>, RegExp, typeof codecs?])[] = [
  ['no payload', { payload: Buffer.of() }, /expected a payload, found none/],
  ['an unknown scheme', { scheme: 'notary' as Draft['scheme'] }, /expected a signing scheme, found "notary"/],
  ['an inherited scheme', { scheme: 'constructor' as Draft['scheme'] }, /expected a signing scheme, found "constructor"/],
  ['no signing time', { signingTime: new Date(Number.NaN) }, /signing time to be within the years 1 and 9999/],
  ['the time that is none', { signingTime: new Date('0001-01-01T00:00:00Z') }, /signing time to be within/],
  ['a time that RFC 3339 cannot write', { expiry: new Date('+010000-01-01T00:00:00Z') }, /expiry to be within/],
  ['an expiry within the same second', { expiry: new Date(during.getTime() + 999) }, /expected an expiry after the signing time/],
  ['an expiry before the signing time', { expiry: new Date(during.getTime() - 1) }, /expected an expiry after the signing time/],
  ...['io.cncf.notary.signingScheme', 'io.cncf.notary.expiry', 'io.cncf.notary.signingTime', 'io.cncf.notary.timestampSignature'].map(
    (name) => [`an attribute ${name}`, extended([name, true, 1]), new RegExp(`found "${name}", which is reserved`)] as const,
  ),
  ['an attribute x5c', extended(['x5c', false, []]), /found "x5c", which is reserved/, [jws]],
  ['an attribute alg in another case', extended(['ALG', false, 'none']), /found "ALG", which is reserved/, [jws]],
  ['a numbered attribute in JWS', extended([77, false, 1]), /names that the encoding can hold, found 77/, [jws]],
  ['a registered label', extended([4, false, 1]), /found 4, which is reserved/, [cose]],
  ['the label of the chain', extended([33, false, 1]), /found 33, which is reserved/, [cose]],
  ['a label that is a fraction', extended([1.5, false, 1]), /names that the encoding can hold, found 1.5/, [cose]],
  ['an attribute twice', extended(['a', false, 1], ['a', true, 2]), /expected each attribute once, found "a" twice/],
  ['an attribute that cannot be written', extended(['a', false, () => 1]), /expected extended attributes that (JSON|CBOR) can hold/],
  ['a plugin that is not critical', extended([plugin, false, 'x']), /verificationPlugin to be critical/],
  ['a plugin without name', extended([plugin, true, ' ']), /verificationPlugin to name a plugin, found " "/],
  ['a plugin that is a number', extended([plugin, true, 1]), /verificationPlugin to name a plugin, found 1/],
  ['a plugin version without plugin', extended([version, true, '1.0.0']), /expected .*verificationPlugin beside/],
  ['a plugin version that is none', extended([plugin, true, 'x'], [version, true, '1.0']), /to be a semantic version, found "1.0"/],
];

for (const [name, change, message, only = codecs] of refused) {
  test(`prepares nothing with ${name}`, () => {
    for (const codec of only) assert.throws(() => codec.prepare({ ...draft, ...change }), { code: 'ENVELOPE', message });
  });
}

test('seals only a signature of the algorithm’s length', () => {
  const lengths = { 'RSA-2048': 256, 'RSA-3072': 384, 'RSA-4096': 512, 'EC-256': 64, 'EC-384': 96, 'EC-521': 132 } as const;
  for (const codec of codecs) {
    for (const algorithm of algorithms) {
      const { seal } = codec.prepare({ ...draft, algorithm });
      const right = lengths[algorithm.keySpec];
      seal({ bytes: new Uint8Array(right), certificates: [Buffer.of(1)] }, {});
      for (const length of [0, right - 1, right + 1]) {
        assert.throws(() => seal({ bytes: new Uint8Array(length), certificates: [Buffer.of(1)] }, {}), {
          code: 'ENVELOPE',
          message: new RegExp(`expected ${right} bytes of ${algorithm.signing}, found ${length}`),
        });
      }
    }
  }
});

test('seals nothing without a certificate', () => {
  for (const codec of codecs) {
    const { seal } = codec.prepare(draft);
    assert.throws(() => seal({ bytes: new Uint8Array(64), certificates: [] }, {}), {
      code: 'ENVELOPE',
      message: /expected the certificate chain/,
    });
  }
});
