// Spoiled envelopes: nothing but an error of ours comes out, and nothing is believed that was not signed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Envelope, EnvelopeFormat } from '../../../src/core/model.ts';
import type { EnvelopeCodec } from '../../../src/envelope/codec.ts';
import { checkIntegrity } from '../../../src/envelope/integrity.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { fuzz, iterations, seedOf } from '../../support/fuzz.ts';
import { type Mutation, ofBytes, ofCbor, ofJson } from '../../support/mutation.ts';
import { mintChain } from '../../support/pki.ts';

const mutations: Readonly<Record<EnvelopeFormat, readonly Mutation[]>> = { jws: [...ofBytes, ...ofJson], cose: [...ofBytes, ...ofCbor] };

const seed = seedOf(5);

for (const format of ['jws', 'cose'] as const) {
  const { codec, good } = await makeGood(format);
  /** What was signed, by message. */
  const signed = new Map(good.map((bytes) => codec.parse(bytes)).map((envelope) => [hex(envelope.message), envelope]));

  describe(`${format}, spoiled`, () => {
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
  });

  const counts = { malformed: 0, unsigned: 0, verified: 0 };
  const read = (bytes: Uint8Array) => {
    const outcome = outcomeOf(codec, bytes, signed);
    counts[outcome] += 1;
    if (outcome !== 'verified') throw new NotationError('ENVELOPE', outcome);
  };
  fuzz({ name: `${format} envelopes`, good, mutations: mutations[format], read }, iterations / 2, seed);
  // Otherwise the test before would say nothing.
  test('each of the outcomes was seen', () => {
    for (const [outcome, count] of Object.entries(counts)) assert.ok(count > iterations / 1000, `${outcome}: ${count}`);
  });
}

async function makeGood(format: EnvelopeFormat): Promise<{ readonly codec: EnvelopeCodec; readonly good: readonly Uint8Array[] }> {
  const [alone, chain] = [await mintChain({ intermediates: 0 }), await mintChain({ intermediates: 1, spec: 'RSA-2048' })];
  const unsigned = { signingAgent: 'notation-ts-kms/0.1.0', timestamp: Buffer.from('3003020101', 'hex') };
  const expiry = new Date('2027-01-01T00:00:00Z');
  const { codec, bytes } = await makeEnvelope({ format, chain: alone });
  const others = [
    await makeEnvelope({ format, chain: alone, draft: { payload: Buffer.from('{"targetArtifact":{"size":1}}'), expiry }, unsigned }),
    await makeEnvelope({ format, chain, draft: { scheme: 'notary.x509.signingAuthority', expiry }, unsigned }),
    await makeEnvelope({ format, chain: alone, draft: { extended: [{ key: 'com.example', critical: true, value: ['x', { y: 1 }] }] } }),
  ];
  return { codec, good: [bytes, ...others.map((made) => made.bytes)] };
}

/** How far the bytes come. Throws for every error that is not ours, and for what is believed though it was never signed. */
function outcomeOf(codec: EnvelopeCodec, bytes: Uint8Array, signed: ReadonlyMap<string, Envelope>): 'malformed' | 'unsigned' | 'verified' {
  let envelope: Envelope | undefined;
  try {
    envelope = codec.parse(bytes);
    checkIntegrity(envelope);
  } catch (error) {
    if (error instanceof NotationError && error.code !== 'INTERNAL') return envelope ? 'unsigned' : 'malformed';
    throw new Error(hex(bytes), { cause: error });
  }
  const original = signed.get(hex(envelope.message));
  assert.ok(original, `believed what was never signed: ${hex(bytes)}`);
  assert.equal(hex(envelope.payload.bytes), hex(original.payload.bytes));
  assert.deepEqual(envelope.signed, original.signed);
  assert.equal(envelope.algorithm, original.algorithm);
  return 'verified';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
