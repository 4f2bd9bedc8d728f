// The `verify-signature` request: what notation sends, what the specification has, and everything that is neither.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseVerifySignature } from '../../../src/protocol/verification-request.ts';

const identity = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocation = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';

interface Change {
  readonly request?: object;
  readonly attributes?: object;
  readonly signature?: object;
  readonly policy?: object;
}

function requestOf({ request, attributes, signature, policy }: Change = {}): object {
  return {
    contractVersion: '1.0',
    signature: {
      criticalAttributes: { contentType: 'c', signingScheme: 's', expiry: '0001-01-01T00:00:00Z', ...attributes },
      unprocessedAttributes: null,
      certificateChain: ['AQID'],
      ...signature,
    },
    trustPolicy: { trustedIdentities: ['*'], signatureVerification: [identity], ...policy },
    ...request,
  };
}

describe('a verify-signature request', () => {
  test('as notation sends it, where there is little to say', () => {
    const { pluginConfig, ...read } = parseVerifySignature(requestOf());
    assert.equal(pluginConfig.size, 0);
    assert.deepEqual(read, {
      criticalAttributes: { contentType: 'c', signingScheme: 's' },
      unprocessedAttributes: [],
      certificateChain: [Uint8Array.of(1, 2, 3)].map((bytes) => Buffer.from(bytes)),
      trustedIdentities: ['*'],
      checks: [identity],
    });
  });

  test('with all that it may say; a check twice is one', () => {
    const times = { expiry: '2027-01-01T00:00:00Z', authenticSigningTime: '2026-01-01T00:00:00Z' };
    const plugin = { verificationPlugin: 'ts-kms', verificationPluginMinVersion: '0.1.0' };
    const read = parseVerifySignature(
      requestOf({
        attributes: { ...times, ...plugin, extendedAttributes: { 'acme.rule': 1 } },
        signature: { unprocessedAttributes: ['acme.rule'], certificateChain: ['AQID', 'BA=='] },
        policy: { signatureVerification: [revocation, identity, revocation] },
        request: { pluginConfig: { timeout: '1s' } },
      }),
    );
    assert.deepEqual(read.criticalAttributes, { contentType: 'c', signingScheme: 's', ...times, ...plugin });
    assert.deepEqual([read.unprocessedAttributes, read.checks], [['acme.rule'], [revocation, identity]]);
    assert.equal(read.certificateChain.length, 2);
    assert.equal(read.pluginConfig.get('timeout'), '1s');
  });

  test('nil of Go is none, wherever it may stand', () => {
    const attributes = { expiry: null, authenticSigningTime: null, verificationPlugin: null, extendedAttributes: null };
    const { criticalAttributes } = parseVerifySignature(requestOf({ attributes, policy: { trustedIdentities: null } }));
    assert.deepEqual(criticalAttributes, { contentType: 'c', signingScheme: 's' });
  });

  test('a list that is not there is none', () => {
    const { unprocessedAttributes, trustedIdentities } = parseVerifySignature(
      requestOf({ signature: { unprocessedAttributes: undefined }, policy: { trustedIdentities: undefined } }),
    );
    assert.deepEqual([unprocessedAttributes, trustedIdentities], [[], []]);
  });

  test('a hundred certificates are read, and one more is not', () => {
    const of = (length: number) => parseVerifySignature(requestOf({ signature: { certificateChain: Array(length).fill('AQID') } }));
    assert.equal(of(100).certificateChain.length, 100);
    assert.throws(() => of(101), { code: 'REQUEST', message: /certificateChain: expected at most 100 certificates, found 101/ });
  });

  const wrong: readonly (readonly [string, Change, string, RegExp])[] = [
    ['another contract', { request: { contractVersion: '2.0' } }, 'CONTRACT_VERSION', /expected 1\.x/],
    ['no contract', { request: { contractVersion: undefined } }, 'REQUEST', /contractVersion/],
    ['no signature', { request: { signature: undefined } }, 'REQUEST', /^signature: expected a JSON object, found nothing/],
    ['a policy that is none', { request: { trustPolicy: [] } }, 'REQUEST', /^trustPolicy: expected a JSON object, found an array/],
    ['attributes that are none', { signature: { criticalAttributes: 1 } }, 'REQUEST', /criticalAttributes: expected a JSON object/],
    ['no content type', { attributes: { contentType: '' } }, 'REQUEST', /contentType: expected a non-empty string/],
    ['a scheme that is no text', { attributes: { signingScheme: 1 } }, 'REQUEST', /signingScheme/],
    ['an expiry that is no text', { attributes: { expiry: 0 } }, 'REQUEST', /expiry: expected a non-empty string, found a number/],
    [
      'extended attributes that are no map',
      { attributes: { extendedAttributes: ['x'] } },
      'REQUEST',
      /extendedAttributes: expected a JSON object/,
    ],
    ['no chain', { signature: { certificateChain: null } }, 'REQUEST', /certificateChain: expected the signing certificate/],
    [
      'an empty certificate',
      { signature: { certificateChain: ['AQID', ''] } },
      'REQUEST',
      /certificateChain\[1\]: expected a certificate, found an empty/,
    ],
    ['base64url', { signature: { certificateChain: ['AQ_-'] } }, 'REQUEST', /certificateChain\[0\]: expected standard padded base64/],
    [
      'a chain that is one text',
      { signature: { certificateChain: 'AQID' } },
      'REQUEST',
      /certificateChain: expected an array of strings, found a string/,
    ],
    [
      'a certificate that is no text',
      { signature: { certificateChain: [7] } },
      'REQUEST',
      /certificateChain\[0\]: expected a string, found a number/,
    ],
    [
      'an identity that is no text',
      { policy: { trustedIdentities: ['*', null] } },
      'REQUEST',
      /trustedIdentities\[1\]: expected a string, found null/,
    ],
    ['no check', { policy: { signatureVerification: [] } }, 'REQUEST', /signatureVerification: expected some of/],
    [
      'a check that is none',
      { policy: { signatureVerification: [identity, 'toString'] } },
      'REQUEST',
      /signatureVerification: expected .* or .*, found "toString"/,
    ],
  ];
  for (const [what, change, code, message] of wrong) {
    test(`${what} is refused`, () => {
      assert.throws(() => parseVerifySignature(JSON.parse(JSON.stringify(requestOf(change)))), { code, message });
    });
  }

  test('what all objects have is no member', () => {
    const request = requestOf();
    const inherited = Object.assign(Object.create({ trustPolicy: (request as { readonly trustPolicy: object }).trustPolicy }), request);
    delete inherited.trustPolicy;
    assert.throws(() => parseVerifySignature(inherited), {
      code: 'REQUEST',
      message: /^trustPolicy: expected a JSON object, found nothing/,
    });
  });
});
