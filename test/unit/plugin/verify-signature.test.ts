// What `verify-signature` believes of certificates that anybody could have sent, and what it makes of answers about them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toBase64 } from '../../../src/core/bytes.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { metadata } from '../../../src/plugin/metadata.ts';
import { serve } from '../../../src/plugin/serve.ts';
import { disk } from '../../../src/store/disk.ts';
import { startAnswering } from '../../support/answering.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../../support/pki.ts';
import { mintRevocable } from '../../support/revocable.ts';

const identity = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocation = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';

/** Serves a request for this chain; the answer, or the error. */
async function verify(
  chain: readonly Holder[],
  checks: readonly string[],
  pluginConfig: object | null = null,
  attributes: object = {},
  trustedIdentities: readonly string[] = ['x509.subject: C=US, ST=WA, O=notation-ts-kms'],
) {
  const request = {
    contractVersion: '1.0',
    signature: {
      criticalAttributes: {
        contentType: 'application/vnd.cncf.notary.payload.v1+json',
        signingScheme: 'notary.x509',
        expiry: '0001-01-01T00:00:00Z',
        ...attributes,
      },
      unprocessedAttributes: null,
      certificateChain: chain.map(({ certificate }) => toBase64(certificate.der)),
    },
    trustPolicy: { trustedIdentities, signatureVerification: checks },
    pluginConfig,
  };
  const { json } = await serve({
    command: 'verify-signature',
    input: Buffer.from(JSON.stringify(request)),
    environment: { NOTATION_CACHE: '/nonexistent' },
    platform: 'linux',
    files: disk,
    transport: async () => nodeTransport,
    now: () => during,
    metadata,
    program: [],
  });
  return JSON.parse(json);
}

describe('chains', () => {
  test('one that holds', async () => {
    const { verificationResults, processedAttributes } = await verify(await mintChain(), [identity, revocation]);
    assert.deepEqual(processedAttributes, []);
    assert.deepEqual(Object.keys(verificationResults), [identity, revocation]);
    assert.deepEqual([verificationResults[identity].success, verificationResults[revocation].success], [true, true]);
  });

  for (const checks of [[identity], [revocation]]) {
    test(`a leaf under the name of an issuer who did not issue it: ${checks}`, async () => {
      const root = await mintCa('root', undefined);
      const impostor = await mintCa('root', undefined, {}, 'EC-384');
      const { errorCode, errorMessage } = await verify([await mintLeaf('leaf', impostor), root], checks);
      assert.equal(errorCode, 'VALIDATION_ERROR');
      assert.match(errorMessage, /signature/);
    });

    test(`a chain without its root: ${checks}`, async () => {
      assert.equal((await verify((await mintChain()).slice(0, 2), checks)).errorCode, 'VALIDATION_ERROR');
    });

    test(`a chain for timestamping: ${checks}`, async () => {
      assert.equal((await verify(await mintChain({ purpose: 'timestamping' }), checks)).errorCode, 'VALIDATION_ERROR');
    });
  }
});

describe('identities', () => {
  const ask = async (...identities: readonly string[]) => verify(await mintChain(), [identity], null, {}, identities);

  test('without any nobody is trusted', async () => {
    const { verificationResults } = await ask();
    assert.deepEqual(verificationResults, { [identity]: { success: false, reason: 'expected trusted identities, found none' } });
  });

  test('the signer is one of them, or is not', async () => {
    const other = 'x509.subject: C=US, ST=WA, O=Other';
    assert.equal((await ask(other, 'x509.subject: C=US, ST=WA, O=notation-ts-kms')).verificationResults[identity].success, true);
    assert.equal((await ask('*')).verificationResults[identity].success, true);
    const { success, reason } = (await ask(other)).verificationResults[identity];
    assert.equal(success, false);
    assert.match(reason, /O=Other/);
  });

  test('one that is malformed is an error, which no policy makes a warning of', async () => {
    assert.equal((await ask('x509.subject: C=US')).errorCode, 'VALIDATION_ERROR');
  });

  test('options of keys are refused: they would do nothing', async () => {
    const { errorCode, errorMessage } = await verify(await mintChain(), [identity], { cert_chain: '/nowhere' });
    assert.equal(errorCode, 'VALIDATION_ERROR');
    assert.match(errorMessage, /cert_chain/);
  });
});

describe('revocation', () => {
  test('nonsense is no answer: the reason says who said it', async (t) => {
    const server = await startAnswering(async () => ({ body: Buffer.from('nonsense') }), 'text/plain');
    t.after(() => server.stop());
    const root = await mintCa('root', undefined);
    const { verificationResults } = await verify([await mintRevocable('leaf', root, { ocsp: [server.url] }), root], [revocation]);
    const { success, reason } = verificationResults[revocation];
    assert.equal(success, false);
    assert.ok(reason.includes(server.url), reason);
  });

  test('silence ends with the deadline, not with the patience of each question', async (t) => {
    const server = await startAnswering(async () => 'silence', 'text/plain');
    t.after(() => server.stop());
    const root = await mintCa('root', undefined);
    const chain = [await mintRevocable('leaf', root, { ocsp: [server.url], crl: [`${server.url}x.crl`] }), root];
    const { verificationResults } = await verify(chain, [revocation], { timeout: '50ms' });
    assert.equal(verificationResults[revocation].success, false);
    assert.match(verificationResults[revocation].reason, /OCSP .*before the deadline.*CRL .*before the deadline/);
  });

  test('nobody is asked when only the identity is in question', async (t) => {
    const asked: unknown[] = [];
    const server = await startAnswering(async (_, { url }) => {
      asked.push(url);
      return { status: 500 };
    }, 'text/plain');
    t.after(() => server.stop());
    const root = await mintCa('root', undefined);
    const { verificationResults } = await verify([await mintRevocable('leaf', root, { ocsp: [server.url] }), root], [identity]);
    assert.deepEqual([verificationResults[identity].success, asked], [true, []]);
  });
});

describe('critical attributes', () => {
  const time = '2026-05-01T12:00:00Z';
  for (const attributes of [
    { expiry: '2020-01-01T00:00:00Z' },
    { authenticSigningTime: null },
    { signingScheme: 'notary.x509.signingAuthority', authenticSigningTime: time },
    { verificationPlugin: metadata.name, verificationPluginMinVersion: metadata.version },
    { extendedAttributes: { 'com.example': 'x' } },
  ])
    test(`${JSON.stringify(attributes)} is taken`, async () => {
      const { verificationResults, processedAttributes } = await verify(await mintChain(), [identity], null, attributes);
      assert.deepEqual([verificationResults[identity].success, processedAttributes], [true, []]);
    });

  for (const [attributes, says] of [
    [{ contentType: 'text/plain' }, /contentType: expected/],
    [{ signingScheme: 'notary.x509.other' }, /signingScheme: expected/],
    [{ expiry: '2026-13-01T00:00:00Z' }, /expiry: expected a date/],
    [{ authenticSigningTime: time }, /authenticSigningTime: expected none/],
    [{ signingScheme: 'notary.x509.signingAuthority' }, /authenticSigningTime: expected a time/],
    [{ signingScheme: 'notary.x509.signingAuthority', authenticSigningTime: 'now' }, /authenticSigningTime: expected a date/],
    [{ verificationPlugin: 'com.example' }, /verificationPlugin: expected ts-kms/],
    [{ verificationPluginMinVersion: '99.0.0' }, /verificationPluginMinVersion: expected .* or lower, found 99\.0\.0/],
    [{ verificationPluginMinVersion: `1.0.${'9'.repeat(30)}` }, /verificationPluginMinVersion: expected a semantic version/],
    [{ verificationPluginMinVersion: 'v0.0.1' }, /verificationPluginMinVersion: expected a semantic version/],
    [{ verificationPluginMinVersion: 'v1' }, /verificationPluginMinVersion: expected a semantic version/],
  ] as const)
    test(`${JSON.stringify(attributes)} is refused`, async () => {
      const { errorCode, errorMessage } = await verify(await mintChain(), [identity], null, attributes);
      assert.equal(errorCode, 'VALIDATION_ERROR');
      assert.match(errorMessage, says);
    });
});
