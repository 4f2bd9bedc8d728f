// Images in OCI layouts, signed by keys that the tests mint.
import type { Descriptor, EnvelopeMediaType } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import { openLayout } from '../../src/registry/layout.ts';
import { type EnvelopeWish, makeEnvelope } from '../support/envelopes.ts';
import { makeImage } from '../support/layout.ts';

export interface Signed {
  readonly mediaType: EnvelopeMediaType;
  readonly envelope: Uint8Array;
}

export type Sign = (artifact: Descriptor) => Promise<Signed>;

/** Signs what `artifact` describes; JWS unless said. */
export async function sign(artifact: Descriptor, wish: Partial<EnvelopeWish> = {}): Promise<Signed> {
  const draft = { payload: encodePayload(artifact), ...wish.draft };
  const { bytes, codec } = await makeEnvelope({ format: 'jws', ...wish, draft });
  return { mediaType: codec.mediaType, envelope: bytes };
}

/** A layout with one image and these signatures of it. @returns the image's reference by digest */
export async function makeSignedLayout(folder: string, ...signatures: readonly Sign[]): Promise<string> {
  const { layout, image } = makeImage(folder);
  const repository = await openLayout(layout);
  for (const signature of signatures) await repository.attach(image, { ...(await signature(image)), annotations: {} });
  return `${layout}@${image.digest}`;
}
