import { contentOf, type ListedDescriptor } from './descriptor.ts';
import { manifestLimit } from './document.ts';
import { parseIndex } from './index-document.ts';
import { readBlob } from './layout-blobs.ts';
import { readIndex } from './layout-index.ts';
import { dockerManifestList, imageIndex } from './media-type.ts';

/**
 * Every manifest that a layout's index.json leads to, each once: its own entries in their order, then those of the indexes among them.
 * @throws NotationError `FILE`, `MANIFEST` when an index is malformed or not what its descriptor says
 */
export function* walkLayout(path: string): Generator<ListedDescriptor> {
  const seen = new Set<string>();
  let level = readIndex(path).entries.map(({ descriptor }) => descriptor);
  while (level.length > 0) {
    const deeper: ListedDescriptor[] = [];
    for (const descriptor of level) {
      if (seen.has(contentOf(descriptor))) continue;
      seen.add(contentOf(descriptor));
      yield descriptor;
      deeper.push(...manifestsOf(path, descriptor));
    }
    level = deeper;
  }
}

function manifestsOf(path: string, descriptor: ListedDescriptor): readonly ListedDescriptor[] {
  const { mediaType, digest } = descriptor;
  if (mediaType !== imageIndex && mediaType !== dockerManifestList) return [];
  const bytes = readBlob(path, descriptor, manifestLimit);
  if (bytes === undefined) return [];
  return parseIndex(bytes, `index ${digest}`, { mediaType }).entries.map((entry) => entry.descriptor);
}
