// Makes envelopes for tests as the signing workflow does: prepare, sign, seal.
import type { KeySpec } from '../../src/core/algorithm.ts';
import type { EnvelopeFormat, UnsignedAttributes } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import type { Draft, EnvelopeCodec } from '../../src/envelope/codec.ts';
import { codecOfFormat } from '../../src/envelope/index.ts';
import { during, type Holder, mintChain } from './pki.ts';

export interface EnvelopeWish {
  readonly format: EnvelopeFormat;
  readonly spec?: KeySpec;
  /** Minted when absent. */
  readonly chain?: readonly Holder[];
  readonly draft?: Partial<Draft>;
  readonly unsigned?: UnsignedAttributes;
}

export interface Made {
  readonly codec: EnvelopeCodec;
  readonly bytes: Uint8Array;
  /** What was signed. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly chain: readonly Holder[];
}

/** A payload of an image. */
export const payload: Uint8Array = encodePayload({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'73c8'.repeat(16)}`,
  size: 16724,
  annotations: { 'io.example.build': '<"a" & b>' },
});

/** An envelope by the key of the chain's leaf, and all that went into it. */
export async function makeEnvelope(wish: EnvelopeWish): Promise<Made> {
  const codec = await codecOfFormat(wish.format);
  const chain = wish.chain ?? (await mintChain({ spec: wish.spec ?? 'EC-256' }));
  const { key } = leafOf(chain);
  const draft = { payload, scheme: 'notary.x509', signingTime: during, algorithm: key.algorithm, ...wish.draft } as const;
  const { message, seal } = codec.prepare(draft);
  const signature = await key.sign(message);
  const certificates = chain.map(({ certificate }) => certificate.der);
  return { codec, bytes: seal({ bytes: signature, certificates }, wish.unsigned ?? {}), message, signature, chain };
}

export function leafOf([leaf]: readonly Holder[]): Holder {
  if (leaf) return leaf;
  throw new Error('a chain without certificates');
}
