// Signature manifests (signature specification, "OCI Signatures"): written in the form that every notation reads, read in all three.
import { createHash } from 'node:crypto';
import { sortedByName } from '../core/go-json.ts';
import type { Descriptor } from '../core/model.ts';
import { descriptorJson, type ListedDescriptor, parseAnnotations, parseDescriptor, parseDescriptors } from './descriptor.ts';
import { checkKind, encodeDocument, type JsonObject, malformed, manifestLimit, readDocument, shown } from './document.ts';
import { artifactManifest, emptyConfig, imageManifest, signatureType } from './media-type.ts';

/** Bytes that an envelope may have (notation's limit). */
export const envelopeLimit: number = 32 << 20;

/** The content of every signature manifest's config, and its descriptor's digest. */
export const emptyObject: Uint8Array = Buffer.from('{}');
export const emptyObjectDigest: string = digestOf(emptyObject);

/** What a signature manifest says. */
export interface SignatureManifest {
  /** The artifact that was signed. */
  readonly subject: Descriptor;
  /** The envelope. */
  readonly layer: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What any manifest says of being about another one. */
export interface Referrer {
  readonly artifactType: string;
  readonly subject: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The bytes of a signature manifest as notation 1.3.2 writes it: the config's media type says what it is, and there is no artifactType.
 * Of subject and layer only media type, digest and size go in.
 */
export function encodeSignatureManifest({ subject, layer, annotations }: SignatureManifest): Uint8Array {
  return encodeDocument({
    schemaVersion: 2,
    mediaType: imageManifest,
    config: { mediaType: signatureType, digest: emptyObjectDigest, size: emptyObject.length },
    layers: [bare(layer)],
    subject: bare(subject),
    ...(Object.keys(annotations).length > 0 && { annotations: sortedByName(annotations) }),
  });
}

/**
 * Reads a signature manifest strictly: an image manifest whose config's media type, or whose artifactType above an empty config, says that it is a
 * signature, or an artifact manifest of the OCI 1.1 drafts. It has one layer, of at most `envelopeLimit` bytes.
 * @throws NotationError `MANIFEST`, with what was expected and found
 */
export function parseSignatureManifest(bytes: Uint8Array): SignatureManifest {
  const what = 'signature manifest';
  const document = readDocument(bytes, what);
  const layers = document['mediaType'] === artifactManifest ? artifactLayers(document, what) : imageLayers(document, what);
  const [layer, another] = layers;
  if (layer === undefined || another !== undefined) throw malformed(what, 'exactly one layer, the envelope', `${layers.length}`);
  if (layer.size > envelopeLimit) throw malformed(`${what}, envelope`, `at most ${envelopeLimit} bytes`, `${layer.size}`);
  return {
    subject: withoutAnnotations(parseDescriptor(document['subject'], `${what}, subject`)),
    layer: withoutAnnotations(layer),
    annotations: parseAnnotations(document['annotations'], `${what}, annotations`),
  };
}

/**
 * What a manifest of this media type says of its subject, as notation finds signatures by it; undefined when it has none or is of a kind that
 * cannot have one. The config's media type stands for an artifact type that is not stated.
 * @throws NotationError `MANIFEST` when it is not JSON, or what it says of its subject is malformed
 */
export function parseReferrer(bytes: Uint8Array, mediaType: string): Referrer | undefined {
  if (!isReferrerKind(mediaType)) return undefined;
  const document = readDocument(bytes, 'manifest');
  const { subject, artifactType, annotations } = document;
  if (subject === undefined || subject === null) return undefined;
  return {
    artifactType: typeof artifactType === 'string' && artifactType !== '' ? artifactType : configType(document),
    subject: parseDescriptor(subject, 'manifest, subject'),
    annotations: parseAnnotations(annotations, 'manifest, annotations'),
  };
}

/** Whether manifests of this media type may be about another one. */
export function isReferrerKind(mediaType: string): boolean {
  return mediaType === imageManifest || mediaType === artifactManifest;
}

/** Checks, before it is fetched, that a manifest can be a signature's. @throws NotationError `MANIFEST` */
export function checkSignatureDescriptor({ mediaType, digest, size }: Descriptor): void {
  if (!isReferrerKind(mediaType)) throw malformed(`signature manifest ${digest}`, `media type ${imageManifest}`, shown(mediaType));
  if (size > manifestLimit) throw malformed(`signature manifest ${digest}`, `at most ${manifestLimit} bytes`, `${size}`);
}

/** `sha256:` and the hash of the bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function imageLayers(document: JsonObject, what: string): readonly ListedDescriptor[] {
  checkKind(document, imageManifest, what);
  const { artifactType, layers } = document;
  const config = parseDescriptor(document['config'], `${what}, config`);
  // OCI 1.0 has no artifactType, and Go writes none where it is empty.
  const isOld = artifactType === undefined || artifactType === '';
  const expected = isOld ? signatureType : emptyConfig;
  if (!isOld && artifactType !== signatureType) throw malformed(`${what}, artifactType`, signatureType, shown(artifactType));
  if (config.mediaType !== expected) throw malformed(`${what}, config's mediaType`, expected, shown(config.mediaType));
  return parseDescriptors(layers, `${what}, layers`);
}

function artifactLayers({ artifactType, blobs }: JsonObject, what: string): readonly ListedDescriptor[] {
  if (artifactType !== signatureType) throw malformed(`${what}, artifactType`, signatureType, shown(artifactType));
  return parseDescriptors(blobs, `${what}, blobs`);
}

function configType({ config }: JsonObject): string {
  const mediaType = typeof config === 'object' && config !== null && 'mediaType' in config ? config.mediaType : undefined;
  return typeof mediaType === 'string' ? mediaType : '';
}

function bare(descriptor: Descriptor): JsonObject {
  return descriptorJson(withoutAnnotations(descriptor));
}

function withoutAnnotations({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
