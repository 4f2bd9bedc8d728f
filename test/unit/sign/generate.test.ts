// Envelopes that a plugin made: what is taken, and every way in which one is not what was asked for.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { EnvelopeFormat } from '../../../src/core/model.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { NewSignature, Repository } from '../../../src/core/ports.ts';
import type { Draft } from '../../../src/envelope/codec.ts';
import { codecOfFormat } from '../../../src/envelope/index.ts';
import { signArtifact } from '../../../src/sign/artifact.ts';
import { generate } from '../../../src/sign/generate.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { during, type Holder, mintChain } from '../../support/pki.ts';
import { makeToken } from '../../support/timestamp-token.ts';

const artifact = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'ab'.repeat(32)}`,
  size: 42,
  annotations: { build: '7' },
};
const payload = encodePayload(artifact);
let chain: readonly Holder[];
before(async () => {
  chain = await mintChain({ intermediates: 1 });
});

interface Making {
  readonly draft?: Partial<Draft>;
  readonly expirySeconds?: number;
  readonly spoil?: (bytes: Uint8Array) => Uint8Array;
  readonly asked?: EnvelopeFormat;
  readonly chain?: readonly Holder[];
  readonly timestamp?: Uint8Array;
}

async function make(
  format: EnvelopeFormat,
  { draft, expirySeconds, spoil = (bytes) => bytes, asked = format, timestamp, ...more }: Making = {},
) {
  const unsigned = timestamp === undefined ? {} : { timestamp };
  const made = await makeEnvelope({ format, chain: more.chain ?? chain, unsigned, draft: { payload, ...draft } });
  const generator = { generate: async () => ({ envelope: spoil(made.bytes), annotations: { k: 'v' } }) };
  const wish = { payload, codec: await codecOfFormat(asked), ...(expirySeconds !== undefined && { expirySeconds }) };
  return generate(wish, { generator, now: () => during });
}

const json = (value: object) => Buffer.from(JSON.stringify(value));
const after = (seconds: number) => new Date(during.getTime() + seconds * 1000);
const { annotations: _, ...bare } = artifact;

const good: readonly (readonly [string, Making])[] = [
  ['what was asked for', {}],
  ['more annotations', { draft: { payload: json({ targetArtifact: { ...artifact, annotations: { build: '7', more: 'x' } } }) } }],
  ['attributes of its own', { draft: { extended: [{ key: 'acme.profile', critical: true, value: 'x' }] } }],
  ["an authority's word for the time", { draft: { scheme: 'notary.x509.signingAuthority' } }],
  ['the expiry that was asked for', { expirySeconds: 3600, draft: { expiry: after(3600) } }],
  ['an expiry a little later than it was asked for', { expirySeconds: 3600, draft: { expiry: after(3630) } }],
  ['an expiry that nobody asked for', { draft: { expiry: after(60) } }],
  ['a clock a little behind', { draft: { signingTime: after(-240) } }],
  ['a clock as far behind as may be', { draft: { signingTime: after(-300) } }],
  ['a clock as far ahead as may be', { draft: { signingTime: after(300) } }],
  ['an expiry as late as may be', { expirySeconds: 3600, draft: { expiry: after(3660) } }],
];

const bad: readonly (readonly [string, Making, RegExp])[] = [
  [
    'another digest',
    { draft: { payload: json({ targetArtifact: { ...artifact, digest: `sha256:${'cd'.repeat(32)}` } }) } },
    /expected the digest/,
  ],
  [
    'another size',
    { draft: { payload: json({ targetArtifact: { ...artifact, size: 43 } }) } },
    /expected the size 42 to be signed, found 43/,
  ],
  [
    'another media type',
    { draft: { payload: json({ targetArtifact: { ...artifact, mediaType: 'text/plain' } }) } },
    /expected the mediaType/,
  ],
  [
    'an annotation changed',
    { draft: { payload: json({ targetArtifact: { ...artifact, annotations: { build: '8' } } }) } },
    /annotation "build"/,
  ],
  ['an annotation lost', { draft: { payload: json({ targetArtifact: bare }) } }, /annotation "build".*found none/],
  ['a member beside the artifact', { draft: { payload: json({ targetArtifact: artifact, more: 1 }) } }, /nothing but .*found "more"/],
  ['a member in the artifact', { draft: { payload: json({ targetArtifact: { ...artifact, urls: [] } }) } }, /nothing but .*found "urls"/],
  ['no artifact', { draft: { payload: json({}) } }, /targetArtifact/],
  ['no expiry', { expirySeconds: 3600 }, /expected the expiry .*, found none/],
  ['a later expiry', { expirySeconds: 3600, draft: { expiry: after(7200) } }, /expected the expiry/],
  ['an earlier expiry', { expirySeconds: 3600, draft: { expiry: after(60) } }, /expected the expiry/],
  ['a signing time of yesterday', { draft: { signingTime: after(-86_400) } }, /expected a signing time between/],
  ['a signing time of tomorrow', { draft: { signingTime: after(86_400) } }, /expected a signing time between/],
];

for (const format of ['jws', 'cose'] as const) {
  for (const [what, making] of good)
    test(`${what} is taken, ${format}`, async () => {
      const { signingTime, certificates, annotations } = await make(format, making);
      assert.deepEqual([certificates.length, annotations], [3, { k: 'v' }]);
      assert.ok(Math.abs(signingTime.getTime() - during.getTime()) <= 300_000);
    });

  for (const [what, making, words] of bad)
    test(`${what} is refused, ${format}`, async () => assert.rejects(make(format, making), { name: 'NotationError', message: words }));

  test(`a changed byte is refused, ${format}`, async () => {
    const spoil = (bytes: Uint8Array) => bytes.with(Math.floor(bytes.length / 3), (bytes[Math.floor(bytes.length / 3)] ?? 0) ^ 1);
    await assert.rejects(make(format, { spoil }), { name: 'NotationError' });
    await assert.rejects(make(format, { spoil: () => Buffer.from('{}') }), { name: 'NotationError', code: 'ENVELOPE' });
  });

  test(`a chain for something else is refused, ${format}`, async () => {
    await assert.rejects(make(format, { chain: await mintChain({ purpose: 'timestamping' }) }), { name: 'NotationError' });
  });

  test(`a timestamp of another signature is refused, ${format}`, async () => {
    const timestamp = await makeToken({ chain: await mintChain({ purpose: 'timestamping' }), message: Buffer.from('another'), info: {} });
    await assert.rejects(make(format, { timestamp }), { code: 'TIMESTAMP', message: /imprint/ });
  });
}

test('the other encoding than was asked for is refused', async () => {
  await assert.rejects(make('jws', { asked: 'cose' }), { code: 'ENVELOPE' });
  await assert.rejects(make('cose', { asked: 'jws' }), { code: 'ENVELOPE' });
});

test("the manifest gets the plugin's annotations, and never another thumbprint or time", async () => {
  const attached: NewSignature[] = [];
  const nowhere = () => Promise.reject(new Error('not asked for'));
  const repository: Repository = {
    resolve: nowhere,
    fetch: nowhere,
    signatures: async function* () {
      yield* [];
    },
    attach: async (_subject, signature) => {
      attached.push(signature);
      return artifact;
    },
  };
  const made = await makeEnvelope({ format: 'jws', chain, draft: { payload } });
  const reserved = { 'io.cncf.notary.x509chain.thumbprint#S256': '[]', 'org.opencontainers.image.created': 'never' };
  const generator = { generate: async () => ({ envelope: made.bytes, annotations: { ...reserved, k: 'v' } }) };
  await signArtifact(repository, artifact, { codec: await codecOfFormat('jws'), userMetadata: {} }, { generator, now: () => during });
  const { annotations } = attached[0] ?? assert.fail('nothing was attached');
  assert.equal(annotations['k'], 'v');
  assert.notEqual(annotations['io.cncf.notary.x509chain.thumbprint#S256'], '[]');
  assert.match(annotations['org.opencontainers.image.created'] ?? '', /^20/);
});

test('the generator is asked for the expiry that is wished, and for none otherwise', async () => {
  const made = await makeEnvelope({ format: 'jws', chain, draft: { payload, expiry: after(60) } });
  const asked: object[] = [];
  const generator = {
    generate: async (wish: object) => {
      asked.push(wish);
      return { envelope: made.bytes, annotations: {} };
    },
  };
  const codec = await codecOfFormat('jws');
  await generate({ payload, codec, expirySeconds: 60 }, { generator, now: () => during });
  await generate({ payload, codec }, { generator, now: () => during });
  const { mediaType } = codec;
  assert.deepEqual(asked, [
    { payload, mediaType, expirySeconds: 60 },
    { payload, mediaType },
  ]);
});
