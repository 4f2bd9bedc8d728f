import { gunzipSync, inflateSync } from 'node:zlib';
import { BodyTooLong, UnknownEncoding } from './transport.ts';

/**
 * Undoes the content encoding of a body (RFC 9110 §8.4.1): gzip or deflate.
 * @throws `BodyTooLong`, `UnknownEncoding`, or node:zlib's own error for what is not packed so
 */
export function decode(body: Uint8Array, encoding: string, limit: number): Uint8Array {
  const undo = decoders[encoding.trim().toLowerCase()];
  if (undo === undefined) throw new UnknownEncoding();
  try {
    return undo(body, { maxOutputLength: limit });
  } catch (cause) {
    throw cause instanceof RangeError ? new BodyTooLong() : cause;
  }
}

const decoders: Readonly<Record<string, (body: Uint8Array, how: { readonly maxOutputLength: number }) => Uint8Array>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
};
