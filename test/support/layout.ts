// OCI layouts made by hand, and what lies in them.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptor } from '../../src/core/model.ts';
import type { Repository } from '../../src/core/ports.ts';

export const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
export const imageIndex = 'application/vnd.oci.image.index.v1+json';

/** An empty layout in `folder`. */
export function makeLayout(folder: string): string {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeIndex(folder, []);
  return folder;
}

export function writeIndex(layout: string, manifests: readonly unknown[]): void {
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: imageIndex, manifests }));
}

/** index.json as text. */
export function indexOf(layout: string): string {
  return readFileSync(join(layout, 'index.json'), 'utf8');
}

/** Puts a document among the blobs and describes it. */
export function putDocument(layout: string, mediaType: string, document: unknown): Descriptor {
  const bytes = Buffer.from(JSON.stringify(document));
  const hex = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(layout, 'blobs', 'sha256', hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

/** A layout with one image of no layers, of tag v1. */
export function makeImage(folder: string): { readonly layout: string; readonly image: Descriptor } {
  const layout = makeLayout(folder);
  const config = putDocument(layout, 'application/vnd.oci.image.config.v1+json', {});
  const image = putDocument(layout, imageManifest, { schemaVersion: 2, mediaType: imageManifest, config, layers: [] });
  writeIndex(layout, [tagged(image, 'v1')]);
  return { layout, image };
}

/** A descriptor under a tag. */
export function tagged(descriptor: Descriptor, tag: string): Descriptor {
  return { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } };
}

/** The digests of an artifact's signatures, in the order in which they are listed. */
export async function digestsOf(repository: Repository, subject: Descriptor): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const { digest } of repository.signatures(subject)) digests.push(digest);
  return digests;
}
