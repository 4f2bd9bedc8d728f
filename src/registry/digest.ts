// Content digests as registries know them: `algorithm:lower-case-hex` (image specification, "Digests").
import { createHash } from 'node:crypto';

const hexLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

const unsupported = 'unsupported digest algorithm';

/** What keeps a text from being a digest of an algorithm that is known here, in notation's words; undefined when nothing does. */
export function digestFault(text: string): string | undefined {
  const [, algorithm, hex = ''] = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/.exec(text) ?? [];
  if (algorithm === undefined) return 'invalid checksum digest format';
  const length = hexLengths.get(algorithm);
  if (length === undefined) return unsupported;
  if (hex.length !== length) return 'invalid checksum digest length';
  return /^[0-9a-f]+$/.test(hex) ? undefined : 'invalid checksum digest format';
}

/**
 * Whether the text is a digest, of an algorithm that is known here with all of its lower-case hexadecimal, or of another as the image
 * specification spells those. No digest holds a slash or two dots in a row.
 */
export function isDigest(text: string): boolean {
  const fault = digestFault(text);
  return fault === undefined || fault === unsupported;
}

/** Whether `bytes` are what `digest` stands for; never where its algorithm is not known. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  if (digestFault(digest) !== undefined) return false;
  const algorithm = digest.slice(0, digest.indexOf(':'));
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` === digest;
}
