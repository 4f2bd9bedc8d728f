// Spoiled envelopes: nothing but an error of ours comes out, and nothing is believed that was not signed.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Envelope, EnvelopeFormat } from '../../../src/core/model.ts';
import type { EnvelopeCodec } from '../../../src/envelope/codec.ts';
import { checkIntegrity } from '../../../src/envelope/integrity.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { type Mutation, ofBytes, ofCbor, ofJson } from '../../support/mutation.ts';
import { mintChain } from '../../support/pki.ts';
import { randomFrom } from '../../support/random.ts';

/** Spoiled envelopes in all. */
const iterations = Number(process.env['NOTATION_TS_KMS_FUZZ_ITERATIONS'] ?? 20_000);
const seed = Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? 5);

const mutations: Readonly<Record<EnvelopeFormat, readonly Mutation[]>> = { jws: [...ofBytes, ...ofJson], cose: [...ofBytes, ...ofCbor] };

for (const format of ['jws', 'cose'] as const) {
  describe(`${format}, spoiled with seed ${seed}`, () => {
    let codec: EnvelopeCodec;
    let good: readonly Uint8Array[] = [];
    /** What was signed, by message. */
    let signed: ReadonlyMap<string, Envelope> = new Map();

    before(async () => {
      const [alone, chain] = [await mintChain({ intermediates: 0 }), await mintChain({ intermediates: 1, spec: 'RSA-2048' })];
      const unsigned = { signingAgent: 'notation-ts-kms/0.1.0', timestamp: Buffer.from('3003020101', 'hex') };
      const expiry = new Date('2027-01-01T00:00:00Z');
      const made = [
        await makeEnvelope({ format, chain: alone }),
        await makeEnvelope({ format, chain: alone, draft: { payload: Buffer.from('{"targetArtifact":{"size":1}}'), expiry }, unsigned }),
        await makeEnvelope({ format, chain, draft: { scheme: 'notary.x509.signingAuthority', expiry }, unsigned }),
        await makeEnvelope({ format, chain: alone, draft: { extended: [{ key: 'com.example', critical: true, value: ['x', { y: 1 }] }] } }),
      ];
      codec = made[0]?.codec as EnvelopeCodec;
      good = made.map(({ bytes }) => bytes);
      signed = new Map(good.map((bytes) => codec.parse(bytes)).map((envelope) => [hex(envelope.message), envelope]));
    });

    test('cut short anywhere, it is refused', () => {
      for (const bytes of good) {
        for (let length = 0; length < bytes.length; length += 1)
          assert.equal(outcomeOf(codec, bytes.subarray(0, length), signed), 'malformed');
      }
    });

    test('with any one byte changed, only what was signed is believed', () => {
      const [bytes = Buffer.of()] = good;
      for (let place = 0; place < bytes.length; place += 1) {
        for (const bit of [0x01, 0x20, 0x80]) {
          const changed = Buffer.from(bytes);
          changed[place] = (changed[place] ?? 0) ^ bit;
          outcomeOf(codec, changed, signed);
        }
      }
    });

    test(`spoiled ${iterations / 2} times, only what was signed is believed`, () => {
      const random = randomFrom(seed);
      const counts = { malformed: 0, unsigned: 0, verified: 0 };
      for (let round = 0; round < iterations / 2; round += 1) {
        let bytes = random.pick(good);
        bytes = random.pick(mutations[format])(bytes, random, random.pick(good));
        // Some are spoiled again, as bytes.
        if (bytes.length > 0 && random.below(4) === 0) bytes = random.pick(ofBytes)(bytes, random, random.pick(good));
        counts[outcomeOf(codec, bytes, signed, round)] += 1;
      }
      // Each of the three was seen: otherwise this test would say nothing.
      for (const [outcome, count] of Object.entries(counts)) assert.ok(count > iterations / 1000, `${outcome}: ${count}`);
    });
  });
}

/** How far the bytes come. Throws for every error that is not ours, and for what is believed though it was never signed. */
function outcomeOf(
  codec: EnvelopeCodec,
  bytes: Uint8Array,
  signed: ReadonlyMap<string, Envelope>,
  round = -1,
): 'malformed' | 'unsigned' | 'verified' {
  let envelope: Envelope | undefined;
  try {
    envelope = codec.parse(bytes);
    checkIntegrity(envelope);
  } catch (error) {
    if (error instanceof NotationError && error.code !== 'INTERNAL') return envelope ? 'unsigned' : 'malformed';
    throw new Error(`round ${round}: ${hex(bytes)}`, { cause: error });
  }
  const original = signed.get(hex(envelope.message));
  assert.ok(original, `round ${round}: believed what was never signed: ${hex(bytes)}`);
  assert.equal(hex(envelope.payload.bytes), hex(original.payload.bytes), `round ${round}`);
  assert.deepEqual(envelope.signed, original.signed, `round ${round}`);
  assert.equal(envelope.algorithm, original.algorithm);
  return 'verified';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
