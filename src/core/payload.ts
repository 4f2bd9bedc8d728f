// The payload of every envelope: {"targetArtifact": descriptor} (signature specification, "Payload").
import { NotationError } from './error.ts';
import type { Descriptor } from './model.ts';

export const payloadMediaType = 'application/vnd.cncf.notary.payload.v1+json';

/** Annotation keys that begin so belong to the Notary Project; user metadata must not use them. */
const reservedAnnotationPrefix = 'io.cncf.notary';

const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** The payload's bytes: UTF-8 JSON, members in notation's order, no white space. Only what a signature speaks of goes in. */
export function encodePayload({ mediaType, digest, size, annotations }: Descriptor): Uint8Array {
  const named = annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {};
  return Buffer.from(JSON.stringify({ targetArtifact: { mediaType, digest, size, ...named } }));
}

/**
 * The descriptor that a payload speaks of, from its parsed JSON. Members besides those of `Descriptor` say nothing here.
 * @throws NotationError `REQUEST` when a member is missing or of another kind.
 */
export function parsePayload(value: unknown): Descriptor {
  const artifact = objectIn(objectIn(value, 'payload')['targetArtifact'], 'payload targetArtifact');
  const { mediaType, digest, size, annotations } = artifact;
  if (typeof mediaType !== 'string' || mediaType === '') throw wrong('mediaType', 'a media type');
  if (typeof digest !== 'string' || !isDigest(digest)) throw wrong('digest', 'sha256, sha384 or sha512 with its lower-case hex');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw wrong('size', 'a whole number of bytes');
  if (annotations === undefined) return { mediaType, digest, size };
  return { mediaType, digest, size, annotations: annotationsIn(annotations) };
}

/** Checks user metadata against the artifact's own annotations. @throws NotationError `REQUEST` for a key that is reserved or there already. */
export function checkUserMetadata(metadata: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}): void {
  const reserved = Object.keys(metadata).find((key) => key.startsWith(reservedAnnotationPrefix));
  if (reserved !== undefined) throw refusedKey(reserved, `has the reserved prefix ${reservedAnnotationPrefix}`);
  const taken = Object.keys(metadata).find((key) => Object.hasOwn(annotations, key));
  if (taken !== undefined) throw refusedKey(taken, 'is already present in the target artifact');
}

function refusedKey(key: string, problem: string): NotationError {
  return new NotationError('REQUEST', `error adding user metadata: metadata key ${JSON.stringify(key)} ${problem}`, {
    hint: 'choose another key',
  });
}

function isDigest(text: string): boolean {
  const [, algorithm = '', hex = ''] = /^([a-z0-9]+):([0-9a-f]+)$/.exec(text) ?? [];
  return Object.hasOwn(digestLengths, algorithm) && digestLengths[algorithm] === hex.length;
}

function annotationsIn(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectIn(value, 'payload annotations'));
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return Object.fromEntries(entries);
  throw wrong('annotations', 'texts by name');
}

function objectIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new NotationError('REQUEST', `${what}: expected a JSON object, found something else`);
}

function wrong(member: string, expected: string): NotationError {
  return new NotationError('REQUEST', `payload targetArtifact ${member}: expected ${expected}, found something else`);
}
