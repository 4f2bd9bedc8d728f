import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import type { Envelope, EnvelopeFormat } from '../../../src/core/model.ts';
import { checkIntegrity, checkSealed } from '../../../src/envelope/integrity.ts';
import { leafOf, type Made, makeEnvelope } from '../../support/envelopes.ts';
import { during, type Holder, mintChain, mintLeaf, validUntil } from '../../support/pki.ts';

const formats: readonly EnvelopeFormat[] = ['jws', 'cose'];

for (const format of formats) {
  describe(`the integrity of ${format}`, () => {
    let made: Made;
    let good: Envelope;
    let chain: readonly Holder[] = [];

    before(async () => {
      chain = await mintChain({ spec: 'RSA-2048', intermediates: 1 });
      made = await makeEnvelope({ format, chain });
      good = made.codec.parse(made.bytes);
    });

    test('holds for what was signed', () => {
      assert.equal(checkIntegrity(good), good);
    });

    test('does not hold for another message', () => {
      const message = Buffer.from(good.message);
      message[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
      refuses(
        { ...good, message },
        'SIGNATURE',
        /^envelope: expected a signature by certificate "CN=leaf,.*found one that it did not make/,
      );
    });

    test('does not hold for another signature', async () => {
      const other = await makeEnvelope({ format, chain, draft: { signingTime: new Date('2026-06-01T12:00:01Z') } });
      refuses({ ...good, signature: other.signature }, 'SIGNATURE', /expected a signature by/);
    });

    test('does not hold for a signature with another salt', () => {
      const { privateKey: key } = leafOf(chain).key;
      for (const saltLength of [0, 20, 222]) {
        const signature = sign('SHA-256', good.message, { key, padding: 6, saltLength });
        refuses({ ...good, signature }, 'SIGNATURE', /expected a signature by/);
      }
    });

    test('does not hold for the algorithm of another key', () => {
      const algorithm = algorithmOfSpec('RSA-3072');
      const sentence =
        /expected the algorithm RSASSA-PSS-SHA-256, which the RSA-2048 key of certificate "CN=leaf,.* found RSASSA-PSS-SHA-384/;
      refuses({ ...good, algorithm }, 'SIGNATURE', sentence);
    });

    test('does not hold for another payload type', () => {
      const payload = { ...good.payload, contentType: 'text/plain\u001b[31m' };
      refuses(
        { ...good, payload },
        'ENVELOPE',
        /expected a payload of type application\/vnd.cncf.notary.payload.v1\+json, found "text\/plain\\u001b/,
      );
    });

    test('does not hold for a chain in another order, with a gap, or of somebody else', async () => {
      const [leaf, intermediate, root] = good.certificates;
      assert.ok(leaf && intermediate && root);
      for (const certificates of [[], [leaf], [leaf, root], [leaf, root, intermediate], [intermediate, leaf, root]]) {
        assert.throws(() => checkIntegrity({ ...good, certificates }), { code: 'CERTIFICATE' });
      }
      const stranger = await mintLeaf('stranger', undefined, {}, 'RSA-2048');
      refuses({ ...good, certificates: [stranger.certificate.der] }, 'SIGNATURE', /expected a signature by certificate "CN=stranger/);
    });

    test('does not hold for a certificate that is none', () => {
      refuses({ ...good, certificates: [Buffer.from('3000', 'hex')] }, 'CERTIFICATE', /^certificate 1 of the envelope/);
    });

    test('does not ask for the time; sealing does, at both ends of the validity', async () => {
      for (const [signingTime, valid] of [
        [validUntil, true],
        [new Date(validUntil.getTime() + 1000), false],
        [new Date('2024-12-31T23:59:59Z'), false],
        [during, true],
      ] as const) {
        const { bytes, codec } = await makeEnvelope({ format, chain, draft: { signingTime } });
        checkIntegrity(codec.parse(bytes));
        if (valid) checkSealed(codec, bytes);
        else assert.throws(() => checkSealed(codec, bytes), { code: 'CERTIFICATE', message: /expected it to be valid at/ });
      }
    });

    test('is looked at when an envelope is sealed', () => {
      const other = made.codec.prepare({
        payload: Buffer.from('{}'),
        scheme: 'notary.x509',
        signingTime: during,
        algorithm: good.algorithm,
      });
      const bytes = other.seal({ bytes: made.signature, certificates: good.certificates }, {});
      assert.throws(() => checkSealed(made.codec, bytes), { code: 'SIGNATURE' });
    });
  });
}

function refuses(envelope: Envelope, code: string, message: RegExp): void {
  assert.throws(() => checkIntegrity(envelope), { name: 'NotationError', code, message });
}
