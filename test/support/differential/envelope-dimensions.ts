// Payload, signature value, encoding and manifest of a signature.
import { attribute } from '../../../src/envelope/attribute.ts';
import type { Random } from '../random.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import type { ManifestDraft, PayloadDraft, SignaturePlan } from './plan.ts';
import { leafKeyOf, type SealedParts } from './seal.ts';

type V = Value<SignaturePlan>;

const inJws = { when: ({ format }: SignaturePlan) => format === 'jws' };
const inCose = { when: ({ format }: SignaturePlan) => format === 'cose' };
const withRsa = { when: (plan: SignaturePlan) => /^rsa-\d/.test(leafKeyOf(plan)) };
const withEc = { when: (plan: SignaturePlan) => /^ec/.test(leafKeyOf(plan)) };

export const formatDimension: Dimension<SignaturePlan> = {
  name: 'format',
  good: (['jws', 'cose'] as const).map((format) => choice(format, (plan) => ({ ...plan, format }))),
  bad: [],
};

const payload = (name: string, change: (draft: PayloadDraft) => unknown, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, payload: (draft) => Buffer.from(JSON.stringify(change(draft))) }), rest);
const target = (name: string, change: Readonly<Record<string, unknown>>, rest: Partial<V> = {}): V =>
  payload(name, (draft) => ({ ...draft, targetArtifact: { ...draft.targetArtifact, ...change } }), rest);
const text = (name: string, change: (json: string) => string, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, payload: (draft) => Buffer.from(change(JSON.stringify(draft))) }), rest);

export const payloadDimension: Dimension<SignaturePlan> = {
  name: 'payload',
  weight: 1.5,
  good: [
    usual('usual', 8),
    text('with white space', (json) => json.replaceAll(',', ' ,\n').replaceAll(':{', ': {')),
    payload('with a member more', (draft) => ({ ...draft, more: { a: 1 } })),
    target('with a member more in the descriptor', { urls: ['https://example.com/'], more: 1 }),
    text('with an escape', (json) => json.replace('"digest"', '"d\\u0069gest"')),
  ],
  bad: [
    target('of another digest', { digest: `sha256:${'ab'.repeat(32)}` }),
    target('of another size', { size: 1 }),
    target('of another media type', { mediaType: 'application/vnd.oci.image.index.v1+json' }),
    payload('without its artifact', () => ({})),
    payload('an array', (draft) => [draft]),
    text('not JSON', () => 'artifact'),
    text('cut short', (json) => json.slice(0, -1)),
    text('with text after it', (json) => `${json} x`),
    text('with a second document after it', (json) => `${json}{}`),
    target('a size that is text', { size: '5' }),
    target('a size with a fraction', { size: 5.5 }),
    target('annotations that are no texts', { annotations: { a: 1 } }),
    payload('an artifact that is null', () => ({ targetArtifact: null })),
    text('its members in capitals', (json) => json.replace('"digest"', '"Digest"'), { weight: 0.5 }),
    text('a digest twice', (json) => json.replace('"digest"', `"digest":"sha256:${'ab'.repeat(32)}","digest"`), { weight: 0.5 }),
    text('another digest after it', (json) => json.replace(/("digest":"[^"]*")/, `$1,"digest":"sha256:${'ab'.repeat(32)}"`), {
      weight: 0.5,
    }),
  ],
};

const value = (name: SignaturePlan['signatureValue'], rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, signatureValue: name }), rest);

export const signatureDimension: Dimension<SignaturePlan> = {
  name: 'signature value',
  good: [usual('usual')],
  bad: [value('DER', withEc), value('short salt', withRsa), value('PKCS#1', withRsa), value('of another key')],
};

const parts = (name: string, change: (parts: SealedParts) => SealedParts, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, parts: [...plan.parts, change] }), rest);
const bytes = (name: string, change: (bytes: Buffer, random: Random) => Uint8Array, rest: Partial<V> = {}): V =>
  choice(name, (plan, random) => ({ ...plan, bytes: (sealed) => change(Buffer.from(sealed), random) }), rest);
const unprotected = (name: string, change: (value: unknown, key: string | number) => unknown, rest: Partial<V> = {}): V =>
  parts(name, (draft) => ({ ...draft, unprotected: draft.unprotected.map(([key, found]) => [key, change(found, key)]) }), rest);
const chain = (name: string, change: (certificates: readonly unknown[]) => unknown, rest: Partial<V> = {}): V =>
  unprotected(name, (found, key) => (key === 33 || key === 'x5c' ? change(found as readonly unknown[]) : found), rest);

function flipped(found: unknown, place: number): unknown {
  const buffer = typeof found === 'string' ? Buffer.from(found, 'base64url') : Buffer.from(found as Uint8Array);
  const index = place % buffer.length;
  buffer[index] = (buffer[index] ?? 0) ^ (1 << (place % 8));
  return typeof found === 'string' ? buffer.toString('base64url') : buffer;
}

const flips = (['header', 'payload', 'signature'] as const).map(
  (name): V =>
    choice(
      `a bit of the ${name}`,
      (plan, random) => {
        const place = random.below(100_000);
        return { ...plan, parts: [...plan.parts, (draft) => ({ ...draft, [name]: flipped(draft[name], place) })] };
      },
      { weight: 2 },
    ),
);

export const encodingDimension: Dimension<SignaturePlan> = {
  name: 'encoding',
  weight: 3,
  good: [
    usual('usual', 10),
    bytes('with white space', (sealed) => Buffer.from(sealed.toString().replaceAll('",', '" ,\n\t')), inJws),
    bytes('with a line feed at its end', (sealed) => Buffer.concat([sealed, Buffer.from('\n')]), inJws),
    parts('an agent of another kind', (draft) => ({
      ...draft,
      unprotected: draft.unprotected.map(([key, found]) => [key, key === attribute.signingAgent ? '\u0007 ü' : found]),
    })),
    parts('no agent', (draft) => ({ ...draft, unprotected: draft.unprotected.filter(([key]) => key !== attribute.signingAgent) })),
    parts('more unprotected', (draft) => ({ ...draft, unprotected: [...draft.unprotected, ['com.example.more', 'whatever']] })),
  ],
  bad: [
    ...flips,
    bytes('any bit', (sealed, random) => flipped(sealed, random.below(100_000)) as Uint8Array, { weight: 2 }),
    bytes('cut short', (sealed, random) => sealed.subarray(0, random.below(sealed.length))),
    bytes('a byte more', (sealed) => Buffer.concat([sealed, Buffer.of(0x41)])),
    bytes('empty', () => Buffer.of(), { weight: 0.5 }),
    parts('a member more', (draft) => ({ ...draft, more: [['more', 1]] }), { ...inJws, weight: 0.7 }),
    parts('a payload in capitals', (draft) => ({ ...draft, more: [['PAYLOAD', 'e30']] }), { ...inJws, weight: 0.5 }),
    parts(
      'general serialisation',
      (draft) => ({ ...draft, more: [['signatures', [{ protected: draft.header, signature: draft.signature }]]] }),
      { ...inJws, weight: 0.5 },
    ),
    parts('padded base64url', (draft) => ({ ...draft, payload: padded(draft.payload) }), inJws),
    parts('base64 with padding in the signature', (draft) => ({ ...draft, signature: `${String(draft.signature)}==` }), inJws),
    parts(
      'an attribute in both headers',
      (draft) => ({ ...draft, unprotected: [...draft.unprotected, [attribute.scheme, 'notary.x509']] }),
      { weight: 0.7 },
    ),
    choice('the chain in the protected header', (plan) => ({ ...plan, chainIn: 'protected' }), inCose),
    chain('no chain', () => []),
    chain('a chain that is null', () => null),
    chain('one certificate bare', (certificates) => certificates[0], { weight: 0.7 }),
    chain(
      'a chain of base64url',
      (certificates) => certificates.map((one) => Buffer.from(String(one), 'base64').toString('base64url')),
      inJws,
    ),
    chain('a chain with an empty certificate', (certificates) => [...certificates, Buffer.of()], inCose),
    chain('a chain of texts', (certificates) => certificates.map((one) => Buffer.from(one as Uint8Array).toString('base64')), inCose),
    unprotected('an agent that is a number', (found, key) => (key === attribute.signingAgent ? 1 : found), { weight: 0.7 }),
    bytes('untagged', (sealed) => sealed.subarray(1), inCose),
    bytes('another tag', (sealed) => Buffer.concat([Buffer.of(0xd1), sealed.subarray(1)]), inCose),
    bytes('of indefinite length', (sealed) => Buffer.concat([Buffer.of(0xd2, 0x9f), sealed.subarray(2), Buffer.of(0xff)]), inCose),
    bytes('an item more', (sealed) => Buffer.concat([Buffer.of(0xd2, 0x85), sealed.subarray(2), Buffer.of(0xf6)]), inCose),
    parts('a detached payload', (draft) => ({ ...draft, payload: null })),
    parts('an empty payload', (draft) => ({ ...draft, payload: typeof draft.payload === 'string' ? '' : Buffer.of() })),
    parts('no signature', (draft) => ({ ...draft, signature: typeof draft.signature === 'string' ? '' : Buffer.of() })),
    parts('a signature cut short', (draft) => ({
      ...draft,
      signature:
        typeof draft.signature === 'string' ? draft.signature.slice(0, -4) : Buffer.from(draft.signature as Uint8Array).subarray(1),
    })),
    parts('a signature of zeros', (draft) => ({
      ...draft,
      signature:
        typeof draft.signature === 'string' ? draft.signature.replaceAll(/./g, 'A') : Buffer.alloc((draft.signature as Uint8Array).length),
    })),
  ],
};

function padded(text: unknown): string {
  const plain = String(text);
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=');
}

const manifest = (name: string, change: (draft: ManifestDraft) => ManifestDraft, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, manifest: change }), rest);
const document = (name: string, change: (document: ManifestDraft['document']) => ManifestDraft['document'], rest: Partial<V> = {}): V =>
  manifest(name, (draft) => ({ ...draft, document: change(draft.document) }), rest);
const layersOf = (found: ManifestDraft['document']) => found['layers'] as readonly Readonly<Record<string, unknown>>[];

export const manifestDimension: Dimension<SignaturePlan> = {
  name: 'manifest',
  weight: 1.2,
  good: [
    usual('usual', 8),
    document('with annotations', (found) => ({ ...found, annotations: { ...(found['annotations'] as object), 'com.example.more': 'x' } })),
    document('with members more', (found) => ({ ...found, more: 1 })),
  ],
  bad: [
    document('two layers', (found) => ({ ...found, layers: [...layersOf(found), ...layersOf(found)] })),
    document('no layers', (found) => ({ ...found, layers: [] })),
    document('a layer of another media type', (found) => ({
      ...found,
      layers: layersOf(found).map((layer) => ({ ...layer, mediaType: 'application/octet-stream' })),
    })),
    document('a layer of the other format', (found) => ({
      ...found,
      layers: layersOf(found).map((layer) => ({
        ...layer,
        mediaType: layer['mediaType'] === 'application/cose' ? 'application/jose+json' : 'application/cose',
      })),
    })),
    document('a layer of another size', (found) => ({ ...found, layers: layersOf(found).map((layer) => ({ ...layer, size: 3 })) })),
    document('a layer too large', (found) => ({ ...found, layers: layersOf(found).map((layer) => ({ ...layer, size: 40_000_000 })) })),
    document('without thumbprints', (found) => ({ ...found, annotations: {} }), { weight: 0.7 }),
    document(
      'with other thumbprints',
      (found) => ({ ...found, annotations: { 'io.cncf.notary.x509chain.thumbprint#S256': `["${'ab'.repeat(32)}"]` } }),
      { weight: 0.7 },
    ),
    manifest('an envelope that is not there', (draft) => ({ ...draft, envelope: 'absent' })),
    manifest('an envelope that was changed', (draft) => ({ ...draft, envelope: 'changed' })),
    document('about another artifact', (found) => ({
      ...found,
      subject: { ...(found['subject'] as object), digest: `sha256:${'cd'.repeat(32)}` },
    })),
    document('in the form with an artifact type', (found) => ({
      ...found,
      artifactType: 'application/vnd.cncf.notary.signature',
      config: { ...(found['config'] as object), mediaType: 'application/vnd.oci.empty.v1+json' },
    })),
  ],
};
