import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { flattenedVerify } from 'jose';
import { algorithms } from '../../../src/core/algorithm.ts';
import { equalBytes } from '../../../src/core/bytes.ts';
import type { Envelope, EnvelopeFormat, ExtendedAttribute, SigningScheme, UnsignedAttributes } from '../../../src/core/model.ts';
import { payloadMediaType } from '../../../src/core/payload.ts';
import { decodeCbor } from '../../../src/envelope/cbor.ts';
import type { Draft } from '../../../src/envelope/codec.ts';
import { checkIntegrity, checkSealed } from '../../../src/envelope/integrity.ts';
import { leafOf, type Made, makeEnvelope, payload } from '../../support/envelopes.ts';
import { during, mintChain } from '../../support/pki.ts';

const formats: readonly EnvelopeFormat[] = ['jws', 'cose'];
const schemes: readonly SigningScheme[] = ['notary.x509', 'notary.x509.signingAuthority'];
const expiry = new Date('2027-01-01T00:00:00.999Z');
const attributes: readonly ExtendedAttribute[] = [
  { key: 'io.cncf.notary.verificationPlugin', critical: true, value: 'com.example.verifier' },
  { key: 'io.cncf.notary.verificationPluginMinVersion', critical: true, value: '1.0.0-rc.1+5' },
  { key: 'com.example.free', critical: false, value: { b: [1, 'zwei', null, true], a: 1.5 } },
  { key: 'a', critical: true, value: '<&>\u2028"\\ä€😀' },
];
const token = Buffer.from('3003020101', 'hex');

interface Combination {
  readonly draft: Partial<Draft>;
  readonly unsigned: UnsignedAttributes;
}

/** Each scheme with and without expiry, extended attributes, timestamp and agent. */
const combinations: readonly Combination[] = schemes.flatMap((scheme) =>
  [false, true].flatMap((expires) =>
    [false, true].flatMap((extends_) =>
      [false, true].map((unsigned) => ({
        draft: { scheme, ...(expires && { expiry }), ...(extends_ && { extended: attributes }) },
        unsigned: unsigned ? { timestamp: token, signingAgent: 'notation-ts-kms/0.1.0 <test>' } : {},
      })),
    ),
  ),
);

for (const format of formats) {
  for (const { keySpec } of algorithms) {
    test(`${format} with ${keySpec}: what was drafted is read back, in all ${combinations.length} combinations`, async () => {
      const chain = await mintChain({ spec: keySpec });
      for (const { draft, unsigned } of combinations) {
        const made = await makeEnvelope({ format, chain, draft, unsigned });
        const verified = checkSealed(made.codec, made.bytes);
        assertSame(verified, made, draft, unsigned);
        if (format === 'jws') await assertJoseAgrees(made, draft);
      }
    });
  }
}

test('a chain of one is an array of one in both formats', async () => {
  const [leaf] = await mintChain({ intermediates: 0 });
  assert.ok(leaf);
  for (const format of formats) {
    const { codec, bytes } = await makeEnvelope({ format, chain: [leaf] });
    assert.equal(codec.parse(bytes).certificates.length, 1);
  }
});

test('COSE takes numbers as names of attributes', async () => {
  const extended = [
    { key: 42, critical: true, value: 'x' },
    { key: -70_000, critical: false, value: new Map([[1, 'y']]) },
  ] as const;
  const { codec, bytes } = await makeEnvelope({ format: 'cose', draft: { extended } });
  const read = checkIntegrity(codec.parse(bytes)).signed.extended;
  assert.deepEqual(new Map(read.map((one) => [one.key, one])), new Map(extended.map((one) => [one.key, one])));
});

test('crit names attributes in notation’s order, which is another in each format', async () => {
  const draft: Partial<Draft> = { scheme: 'notary.x509.signingAuthority', expiry, extended: [{ key: 'x', critical: true, value: 1 }] };
  const [scheme, time, end] = ['signingScheme', 'authenticSigningTime', 'expiry'].map((name) => `io.cncf.notary.${name}`);
  const [inJws, inCose] = [await makeEnvelope({ format: 'jws', draft }), await makeEnvelope({ format: 'cose', draft })];
  const { protected: header } = JSON.parse(Buffer.from(inJws.bytes).toString());
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()).crit, [scheme, 'x', time, end]);
  const [encoded] = decodeCbor(inCose.bytes.subarray(1), 'envelope', false) as readonly [Uint8Array];
  assert.deepEqual((decodeCbor(encoded, 'header', true) as ReadonlyMap<number, unknown>).get(2), [scheme, time, end, 'x']);
});

function assertSame(read: Envelope, made: Made, draft: Partial<Draft>, unsigned: UnsignedAttributes): void {
  const { keySpec } = leafOf(made.chain).key.algorithm;
  assert.equal(read.mediaType, made.codec.mediaType);
  assert.equal(read.algorithm.keySpec, keySpec);
  assert.equal(read.payload.contentType, payloadMediaType);
  for (const [found, expected] of [
    [read.payload.bytes, payload],
    [read.message, made.message],
    [read.signature, made.signature],
  ] as const) {
    assert.ok(equalBytes(found, expected));
  }
  assert.deepEqual(
    read.certificates.map((der) => Buffer.from(der)),
    made.chain.map(({ certificate }) => Buffer.from(certificate.der)),
  );
  assert.equal(read.signed.scheme, draft.scheme);
  assert.deepEqual(read.signed.signingTime.at, during);
  assert.equal(read.signed.signingTime.offsetMinutes, read.mediaType === 'application/cose' ? undefined : 0);
  assert.deepEqual(read.signed.expiry?.at, draft.expiry && new Date('2027-01-01T00:00:00Z'));
  const plain = read.signed.extended.map((one) => [one.key, { ...one, value: asObjects(one.value) }] as const);
  assert.deepEqual(new Map(plain), new Map(draft.extended?.map((one) => [one.key, one])));
  assert.equal(read.unsigned.signingAgent, unsigned.signingAgent);
  assert.deepEqual(read.unsigned.timestamp && Buffer.from(read.unsigned.timestamp), unsigned.timestamp);
}

/** CBOR's maps are read as `Map`. */
function asObjects(value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

async function assertJoseAgrees({ bytes, chain }: Made, { extended = [] }: Partial<Draft>): Promise<void> {
  const { algorithm, publicKeyInfo } = leafOf(chain).key;
  const key = createPublicKey({ key: Buffer.from(publicKeyInfo), format: 'der', type: 'spki' });
  const understood = ['signingScheme', 'authenticSigningTime', 'expiry'].map((name) => `io.cncf.notary.${name}`);
  const critical = [...understood, ...extended.filter((one) => one.critical).map((one) => String(one.key))];
  const crit = Object.fromEntries(critical.map((name) => [name, true]));
  const result = await flattenedVerify(JSON.parse(Buffer.from(bytes).toString()), key, { crit, algorithms: [algorithm.jws] });
  assert.ok(equalBytes(result.payload, payload));
}
