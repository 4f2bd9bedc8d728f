// OCI descriptors (image specification, "OCI Content Descriptors") as manifests, indexes and layouts hold them.
import { sortedByName } from '../core/go-json.ts';
import type { Descriptor } from '../core/model.ts';
import { isDigest } from './digest.ts';
import { type JsonObject, listAt, malformed, objectAt, shown } from './document.ts';

/** A descriptor that a list of manifests holds. */
export interface ListedDescriptor extends Descriptor {
  readonly artifactType?: string;
}

/**
 * Reads one descriptor; members that are not of `ListedDescriptor` are left unread.
 * @throws NotationError `MANIFEST`, naming `what`, for a member that is missing or malformed
 */
export function parseDescriptor(value: unknown, what: string): ListedDescriptor {
  const { mediaType, digest, size, annotations, artifactType } = objectAt(value, what);
  if (typeof mediaType !== 'string' || mediaType === '') throw malformed(`${what}, mediaType`, 'a media type', shown(mediaType));
  if (typeof digest !== 'string' || !isDigest(digest)) throw malformed(`${what}, digest`, 'algorithm:hexadecimal', shown(digest));
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw malformed(`${what}, size`, 'a whole number of bytes', shown(size));
  if (artifactType !== undefined && typeof artifactType !== 'string')
    throw malformed(`${what}, artifactType`, 'a media type', shown(artifactType));
  return {
    mediaType,
    digest,
    size,
    ...(annotations !== undefined && annotations !== null && { annotations: parseAnnotations(annotations, `${what}, annotations`) }),
    ...(artifactType !== undefined && artifactType !== '' && { artifactType }),
  };
}

/** Reads the descriptors of a list. @throws NotationError `MANIFEST` */
export function parseDescriptors(value: unknown, what: string): readonly ListedDescriptor[] {
  return listAt(value, what).map((item, index) => parseDescriptor(item, `${what}[${index}]`));
}

/** Reads texts by name; none when there are none. @throws NotationError `MANIFEST` */
export function parseAnnotations(value: unknown, what: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(objectAt(value, what));
  const wrong = entries.find(([, text]) => typeof text !== 'string');
  if (wrong !== undefined) throw malformed(`${what}, ${shown(wrong[0])}`, 'a text', shown(wrong[1]));
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}

/** The descriptor's JSON, members in Go's order; annotations only when there are any. */
export function descriptorJson({ mediaType, digest, size, annotations, artifactType }: ListedDescriptor): JsonObject {
  const noted = annotations !== undefined && Object.keys(annotations).length > 0;
  return {
    mediaType,
    digest,
    size,
    ...(noted && { annotations: sortedByName(annotations) }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

/** Whether both stand for the same bytes of the same kind: media type, digest and size, as notation compares. */
export function sameContent(a: Descriptor, b: Descriptor): boolean {
  return contentOf(a) === contentOf(b);
}

/** What `sameContent` compares, as a key. */
export function contentOf({ mediaType, digest, size }: Descriptor): string {
  return `${digest} ${size} ${mediaType}`;
}
