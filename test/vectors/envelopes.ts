// Group envelopes: whole verification of envelopes that other projects made, and envelopes that are read alone.
import assert from 'node:assert/strict';
import { parseJson } from '../../src/core/json.ts';
import { parsePayload } from '../../src/core/payload.ts';
import { codecOfMediaType } from '../../src/envelope/index.ts';
import { checkIntegrity } from '../../src/envelope/integrity.ts';
import { makeEnvelope } from '../support/envelopes.ts';
import { readVector, readVectorJson, type VectorCase } from '../support/third-party.ts';
import { ask, type ById, type Group, pick } from './answer.ts';
import { checkVersions, verifyInteraction, verifyNaming } from './named-plugin.ts';
import { verifyCase } from './verification.ts';

/** By what upstream calls the check that fails: the stage at which ours does. */
const words: ById<RegExp> = [
  [/^expiry$/, /^expiry: /],
  [/^authenticity$/, /^authenticity: /],
  [/^integrity$/, /^integrity: /],
  [/^integrity \(descriptor\)$/, /^artifact: .*expected .*the (digest|size)/],
  [/^authenticTimestamp$/, /^authenticTimestamp: |^policy: .*"tsa"/],
  [/^plugin$/, /^verification plugin: plugin "plugin-name"/],
  [/^plugin min version$/, /expected version .* or later, as the signature needs it, found 1\.0\.0/],
  [/^revocation$/, /^revocation: plugin "plugin-name": .*i feel like failing today/],
  [/^userMetadata$/, /^user metadata: /],
  [/^parse|^signed attributes|^protected header/, /./],
];

export const envelopes: Group = {
  name: 'envelopes',
  questions: (one) => {
    const refusal = one.expected.verdict === 'invalid' ? pick(words, one.expected.failing_check ?? '') : undefined;
    if (/^env-pluginver-/.test(one.id)) return [{ ...ask(one, () => undefined, refusal), answer: () => verifyNaming(one) }];
    if (one.drive === 'D02') return [{ ...ask(one, () => undefined, refusal), answer: () => verifyInteraction(one) }];
    if (one.drive === 'D03') return [ask(one, checkVersions, refusal)];
    if (one.drive === 'D01') return [{ ...ask(one, () => undefined, refusal), answer: () => verifyCase(one) }];
    return [ask(one, one.drive === 'D05' ? checkConformance : readEnvelope, refusal)];
  },
  differences: [
    {
      ids: ['env-plugin-revocation-skipped-by-policy'],
      says: /^critical attributes: .*"SomeKey"/,
      because: 'notation lets a critical attribute pass that nobody was asked to process; the specification has it fail (ATT-007, VPL-015)',
    },
    {
      ids: ['env-minver-1-pre+meta'],
      says: /expected semantic versions, found "1-pre\+meta"/,
      because: "it is no semantic version, which the attribute must be (VPL-004); notation's comparison takes it for 1.0.0-pre",
    },
  ],
};

async function readEnvelope(one: VectorCase): Promise<void> {
  const codec = await codecOfMediaType(String(one.params?.['mediaType']));
  const { payload } = checkIntegrity(codec.parse(readVector(one.files[0]?.path ?? '')));
  const { digest_of_blob: digest } = one.expected;
  if (digest !== undefined) assert.equal(parsePayload(parseJson(payload.bytes, 'payload')).digest, digest);
}

/** Builds the envelope that `conformance.jws.json` shows and compares all of it but the signature, which is random. */
async function checkConformance(one: VectorCase): Promise<void> {
  const shown = readVectorJson<Record<string, Record<string, unknown>>>(one);
  const free = ['signedKey1', 'signedKey2', 'signedKey3', 'signedKey4'].map((key) => ({ key, critical: false, value: 'signedValue1' }));
  const made = await makeEnvelope({
    format: 'jws',
    draft: {
      payload: Buffer.from('{"key":"hello JWS"}'),
      signingTime: new Date('2022-08-29T13:50:00Z'),
      expiry: new Date('2099-08-30T13:50:00Z'),
      extended: [{ key: 'signedCritKey1', critical: true, value: 'signedCritValue1' }, ...free],
    },
    unsigned: { signingAgent: 'NotationConformanceTest/1.0.0' },
  });
  const written = JSON.parse(Buffer.from(made.bytes).toString()) as Record<string, Record<string, unknown>>;
  for (const member of ['payload', 'protected']) assert.equal(written[member], shown[member], member);
  const { x5c, ...header } = written['header'] ?? {};
  assert.equal((x5c as readonly unknown[]).length, made.chain.length);
  assert.deepEqual(header, shown['header']);
}
