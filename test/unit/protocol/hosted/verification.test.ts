// What a verification plugin is told of attributes and times, and which of its answers are none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExtendedAttribute } from '../../../../src/core/model.ts';
import { encodeVerification, parseVerification, type VerificationQuestion } from '../../../../src/protocol/hosted/verification.ts';

const identity = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const at = new Date('2026-05-01T12:00:00Z');
const attribute = (key: string, value: unknown): ExtendedAttribute & { readonly key: string } => ({ key, critical: true, value });

function questionOf(change: Partial<VerificationQuestion> = {}): VerificationQuestion {
  return {
    contentType: 'c',
    signed: { scheme: 'notary.x509', signingTime: { at }, extended: [] },
    attributes: [],
    certificates: [Uint8Array.of(1, 2, 3)],
    trustedIdentities: ['*'],
    checks: [identity],
    ...change,
  };
}

function attributesIn(question: VerificationQuestion): Readonly<Record<string, unknown>> {
  const { signature } = encodeVerification(question, new Map()) as {
    readonly signature: { readonly criticalAttributes: Readonly<Record<string, unknown>> };
  };
  return signature.criticalAttributes;
}

describe('a verification plugin is told', () => {
  for (const [offsetMinutes, text] of [
    [undefined, '2026-05-01T12:00:00Z'],
    [0, '2026-05-01T12:00:00Z'],
    [90, '2026-05-01T13:30:00+01:30'],
    [-330, '2026-05-01T06:30:00-05:30'],
    [600, '2026-05-01T22:00:00+10:00'],
  ] as const) {
    test(`a time ${offsetMinutes ?? 'without a zone'} minutes east as ${text}`, () => {
      const time = { at, ...(offsetMinutes !== undefined && { offsetMinutes }) };
      const scheme = 'notary.x509.signingAuthority';
      const { expiry, authenticSigningTime } = attributesIn(
        questionOf({ signed: { scheme, signingTime: time, expiry: time, extended: [] } }),
      );
      assert.deepEqual([expiry, authenticSigningTime], [text, text]);
    });
  }

  test('attributes of every kind that JSON has, bytes in base64', () => {
    const value = { text: 't', number: 1.5, yes: true, no: false, none: null, list: [1, ['x']], bytes: Uint8Array.of(255, 254) };
    const { extendedAttributes } = attributesIn(questionOf({ attributes: [attribute('a', value), attribute('b', 'x')] }));
    assert.deepEqual(extendedAttributes, { a: { ...value, bytes: '//4=' }, b: 'x' });
  });

  for (const [what, value] of [
    ['a number that is none', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a whole number beyond all', 1n],
    ['a map', new Map([['x', 1]])],
    ['a map in a list', [new Map()]],
    ['nothing', undefined],
  ] as const) {
    test(`nothing of an attribute that is ${what}`, () => {
      assert.throws(() => attributesIn(questionOf({ attributes: [attribute('a', value)] })), { code: 'UNVERIFIED', message: /"a"/ });
    });
  }
});

describe('the answer of a verification plugin', () => {
  const answer = (change: object = {}) => ({
    verificationResults: { [identity]: { success: true } },
    processedAttributes: ['a', 'b'],
    ...change,
  });
  const question = questionOf({ attributes: [attribute('a', 1), attribute('b', 2)] });

  test('holds the verdict of every check, and its reason, which may be long', () => {
    const result = { success: false, reason: 'r'.repeat(100_000) };
    const read = parseVerification(answer({ verificationResults: { [identity]: result } }), question, 'it').get(identity);
    assert.equal(read?.success, false);
    assert.ok(read.reason !== undefined && read.reason.length > 100 && read.reason.length < 100_000);
    assert.deepEqual(parseVerification(answer(), question, 'it').get(identity), { success: true });
  });

  const wrong: readonly (readonly [string, object, string, RegExp])[] = [
    ['an attribute that was passed over', { processedAttributes: ['a'] }, 'UNVERIFIED', /"b" to be processed/],
    ['an attribute that nobody asked about', { processedAttributes: ['a', 'b', 'c'] }, 'UNAVAILABLE', /found "c"/],
    ['no result', { verificationResults: {} }, 'UNAVAILABLE', /expected a result for/],
    [
      'a result that nobody asked for',
      { verificationResults: { [identity]: { success: true }, x: {} } },
      'UNAVAILABLE',
      /found one for "x"/,
    ],
    [
      'a result that is a text',
      { verificationResults: { [identity]: { success: 'true' } } },
      'UNAVAILABLE',
      /true or false, found a string/,
    ],
    [
      'a reason that is a number',
      { verificationResults: { [identity]: { success: true, reason: 1 } } },
      'UNAVAILABLE',
      /to be a text, found a number/,
    ],
    ['results that are a list', { verificationResults: [] }, 'UNAVAILABLE', /verificationResults: expected a JSON object/],
  ];
  for (const [what, change, code, message] of wrong) {
    test(`with ${what} is none`, () => {
      assert.throws(() => parseVerification(answer(change), question, 'it'), { code, message });
    });
  }
});
