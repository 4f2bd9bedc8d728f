import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { NotationError } from '../../../src/core/error.ts';
import { openSigningPlugin, type SigningPlugin } from '../../../src/host/signing.ts';
import { boundsOf, type FakeAnswer, fakeMetadata, writeFakePlugin } from '../../support/fake-plugin.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { during, type Holder, mintChain, mintLeaf } from '../../support/pki.ts';

const libexec = temporaryFolder({ after });
const message = Buffer.from('header.payload');
const key = { id: 'key1', pluginConfig: new Map([['a', 'b']]) };
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
let count = 0;

async function open(answers: Readonly<Record<string, FakeAnswer>>, capabilities = ['SIGNATURE_GENERATOR.RAW']) {
  count += 1;
  const metadata = { stdout: { ...fakeMetadata, capabilities } };
  const plugin = await writeFakePlugin(`${libexec}/${count}`, 'fake', { 'get-plugin-metadata': metadata, ...answers });
  return { plugin, opened: await openSigningPlugin(plugin, key, () => during, boundsOf()) };
}

async function refusal(work: Promise<unknown>): Promise<NotationError> {
  return work.then(
    () => assert.fail('it was taken'),
    (error: NotationError) => error,
  );
}

describe('a plugin that signs messages', () => {
  let chain: readonly Holder[];
  let other: readonly Holder[];
  let answer: Readonly<Record<string, unknown>>;

  before(async () => {
    chain = await mintChain({ intermediates: 1 });
    other = [await mintLeaf('stranger', chain[1]), ...chain.slice(1)];
    answer = await answerOf(chain, 'ECDSA-SHA-256');
  });

  const answerOf = async (holders: readonly Holder[], signingAlgorithm: string) => ({
    keyId: 'key1',
    signature: base64((await holders[0]?.key.sign(message)) ?? message),
    signingAlgorithm,
    certificateChain: holders.map(({ certificate }) => base64(certificate.der)),
  });
  const described = (keySpec: unknown, keyId: unknown) => ({ 'describe-key': { stdout: { keyId, keySpec } } });
  const signWith = async (change: object, keySpec = 'EC-256') => {
    const { plugin, opened } = await open({ ...described(keySpec, 'key1'), 'generate-signature': { stdout: { ...answer, ...change } } });
    return { plugin, signature: await signerOf(opened).sign(message) };
  };

  test('is asked for its metadata, its key and a signature, in the words of notation', async () => {
    const { plugin, signature } = await signWith({});
    assert.equal(base64(signature.bytes), answer['signature']);
    assert.equal(signature.certificates.length, 3);
    const pluginConfig = { a: 'b' };
    assert.deepEqual(await plugin.request('get-plugin-metadata'), { pluginConfig });
    assert.deepEqual(await plugin.request('describe-key'), { contractVersion: '1.0', keyId: 'key1', pluginConfig });
    assert.deepEqual(await plugin.request('generate-signature'), {
      contractVersion: '1.0',
      keyId: 'key1',
      keySpec: 'EC-256',
      hashAlgorithm: 'SHA-256',
      payload: base64(message),
      pluginConfig,
    });
  });

  for (const spec of ['RSA-2048', 'EC-384', 'EC-521'] as const satisfies readonly KeySpec[])
    test(`signs with a key of ${spec}`, async () => {
      const holders = await mintChain({ spec });
      const algorithm = holders[0]?.key.algorithm;
      assert.ok(algorithm);
      const change = await answerOf(holders, algorithm.signing);
      assert.equal((await signWith(change, spec)).signature.certificates.length, holders.length);
    });

  const keys: readonly (readonly [unknown, unknown, RegExp])[] = [
    ['EC-256', '', /expected keyId "key1", which was asked for, found ""/],
    ['EC-256', 'KEY1', /found "KEY1"/],
    ['EC-256', undefined, /found nothing/],
    ['EC-256K', 'key1', /expected keySpec to be one of .*, found "EC-256K"/],
    ['', 'key1', /keySpec to be a text, found an empty one/],
    [undefined, 'key1', /keySpec to be a text, found nothing/],
  ];
  for (const [keySpec, keyId, words] of keys)
    test(`describes no key as ${JSON.stringify([keySpec, keyId])}`, async () => {
      assert.match((await refusal(open(described(keySpec, keyId)))).message, words);
    });

  const reversed = () => ({ certificateChain: [...(answer['certificateChain'] as string[])].reverse() });
  const faults: readonly (readonly [string, () => object | Promise<object>, RegExp])[] = [
    ['of another key id', () => ({ keyId: 'key10' }), /expected keyId "key1", which was asked for, found "key10"/],
    ['by another algorithm', () => ({ signingAlgorithm: 'whatever' }), /expected signingAlgorithm "ECDSA-SHA-256".*"whatever"/],
    ['by no algorithm', () => ({ signingAlgorithm: undefined }), /signingAlgorithm.*found nothing/],
    ['that is empty', () => ({ signature: '' }), /signature to be a text, found an empty one/],
    ['that is null', () => ({ signature: null }), /signature to be a text, found null/],
    ['in base64url', () => ({ signature: '_-8' }), /signature: expected standard padded base64/],
    ['without certificates', () => ({ certificateChain: [] }), /expected certificateChain to hold/],
    ['with null for certificates', () => ({ certificateChain: null }), /expected certificateChain to hold/],
    [
      'with a certificate that is none',
      () => ({ certificateChain: [base64(Buffer.from('x'))] }),
      /generate-signature: certificateChain\[0\]/,
    ],
    ['with text for certificates', () => ({ certificateChain: 'x' }), /certificateChain to be a list of texts/],
    ['with a chain in the wrong order', reversed, /./],
    ['with a chain without root', () => ({ certificateChain: (answer['certificateChain'] as string[]).slice(0, 1) }), /./],
    ['of something else', async () => ({ signature: base64((await chain[0]?.key.sign(Buffer.from('x'))) ?? message) }), /does not verify/],
    ['by another key', async () => ({ signature: (await answerOf(other, ''))['signature'] }), /does not verify/],
    [
      'with the chain of another key',
      async () => ({ certificateChain: (await answerOf(other, ''))['certificateChain'] }),
      /does not verify/,
    ],
    ['in DER', () => ({ signature: base64(derOf(Buffer.from(String(answer['signature']), 'base64'))) }), /does not verify/],
  ];
  for (const [what, change, words] of faults)
    test(`a signature ${what} is refused`, async () => assert.match((await refusal(signWith(await change()))).message, words));

  test('a chain that is not valid now is refused', async () => {
    const { plugin } = await open({ ...described('EC-256', 'key1'), 'generate-signature': { stdout: answer } });
    const later = new Date(during.getTime() + 200 * 365 * 86_400_000);
    const opened = await openSigningPlugin(plugin, key, () => later, boundsOf());
    assert.equal((await refusal(signerOf(opened).sign(message))).code, 'CERTIFICATE');
  });

  test('its own error comes through', async () => {
    const stderr = { errorCode: 'THROTTLED', errorMessage: 'slow down' };
    const { opened } = await open({ ...described('EC-256', 'key1'), 'generate-signature': { stderr, code: 1 } });
    const { code, message: said } = await refusal(signerOf(opened).sign(message));
    assert.deepEqual([code, said], ['THROTTLED', 'plugin "fake" generate-signature: slow down']);
  });
});

describe('a plugin that makes envelopes', () => {
  const wish = { payload: Buffer.from('{}'), mediaType: 'application/cose', expirySeconds: 60 } as const;
  const capabilities = ['SIGNATURE_GENERATOR.ENVELOPE'];
  const generate = async (stdout: object, more = wish) => {
    const { plugin, opened } = await open({ 'generate-envelope': { stdout } }, capabilities);
    return { plugin, made: await generatorOf(opened).generate(more) };
  };
  const good = { signatureEnvelope: base64(message), signatureEnvelopeType: 'application/cose', annotations: { k: 'v' } };

  test('is asked for one in the words of notation, and for no key', async () => {
    const { plugin, made } = await generate(good);
    assert.deepEqual(made, { envelope: message, annotations: { k: 'v' } });
    assert.equal(await plugin.request('describe-key'), undefined);
    assert.deepEqual(await plugin.request('generate-envelope'), {
      contractVersion: '1.0',
      keyId: 'key1',
      payloadType: 'application/vnd.cncf.notary.payload.v1+json',
      signatureEnvelopeType: 'application/cose',
      payload: 'e30=',
      expiryDurationInSeconds: 60,
      pluginConfig: { a: 'b' },
    });
    const { annotations: _, ...without } = good;
    assert.deepEqual((await generate(without)).made.annotations, {});
  });

  const faults: readonly (readonly [object, RegExp])[] = [
    [
      { signatureEnvelopeType: 'application/jose+json' },
      /expected signatureEnvelopeType "application\/cose", .* found "application\/jose\+json"/,
    ],
    [{ signatureEnvelope: '' }, /signatureEnvelope to be a text, found an empty one/],
    [{ signatureEnvelope: 'e30' }, /standard padded base64/],
    [{ annotations: { k: 7 } }, /annotations to be texts by name/],
    [{ annotations: ['k'] }, /annotations to be texts by name/],
  ];
  for (const [change, words] of faults)
    test(`an answer with ${JSON.stringify(change)} is refused`, async () =>
      assert.match((await refusal(generate({ ...good, ...change }))).message, words));
});

test('of both kinds signing messages is preferred, and one that does neither is refused', async () => {
  const describeKey = { 'describe-key': { stdout: { keyId: 'key1', keySpec: 'EC-256' } } };
  const both = await open(describeKey, ['SIGNATURE_GENERATOR.ENVELOPE', 'SIGNATURE_GENERATOR.RAW']);
  assert.equal(both.opened.kind, 'signer');
  const { code, message: said } = await refusal(open({}, ['SIGNATURE_VERIFIER.REVOCATION_CHECK', 'OTHER']));
  assert.deepEqual([code, /expected one that signs, found SIGNATURE_VERIFIER.REVOCATION_CHECK, OTHER/.test(said)], ['CONFIG', true]);
});

function signerOf(opened: SigningPlugin) {
  assert.ok(opened.kind === 'signer');
  return opened.signer;
}

function generatorOf(opened: SigningPlugin) {
  assert.ok(opened.kind === 'generator');
  return opened.generator;
}

/** r and s as DER has them, of 32 bytes each. */
function derOf(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((one) => Buffer.concat([Buffer.from([2, 33, 0]), one]));
  return Buffer.concat([Buffer.from([0x30, 70]), ...integers]);
}
