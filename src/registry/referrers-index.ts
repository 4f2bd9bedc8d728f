// The index of an artifact's referrers that clients keep under a tag (distribution specification, "Referrers Tag Schema"). Nothing locks it: two
// writers who read the same index would each write one without the other's entry. So a writer looks again afterwards, and puts back what is missing.
import { setTimeout as sleep } from 'node:timers/promises';
import { NotationError } from '../core/error.ts';
import type { ListedDescriptor } from './descriptor.ts';
import { emptyIndex, encodeIndex, type IndexDocument, type IndexEntry, parseIndex, toEntry } from './index-document.ts';
import { digestOf } from './manifest.ts';
import { deleteManifest, getManifest, headManifest, nameOf, putManifest, type Target } from './manifests.ts';
import { imageIndex } from './media-type.ts';
import { referrersTag } from './referrers.ts';

/** What is known of a repository's ways. */
export interface DeletionHabits {
  /** Whether deleting is worth trying. */
  deletes: boolean;
}

/** notation's words. */
const outdatedIndexKept = 'Removal of outdated referrers index from remote registry failed. Garbage collection may be required.';

/** Writers that come between each other more often than this are not told apart from a registry that forgets. */
const attempts = 24;
const longestPauseMs = 2000;

/**
 * Lists `entry` in the index of its subject's referrers, keeping all that stands there.
 * @param warn told when an index that is superseded cannot be deleted
 * @throws NotationError `MANIFEST` when what stands there is no index, `UNAVAILABLE` when the entry does not stay, and the network's
 */
export async function listReferrer(
  target: Target,
  subjectDigest: string,
  entry: ListedDescriptor,
  habits: DeletionHabits,
  warn: (message: string) => void,
): Promise<void> {
  const tag = referrersTag(subjectDigest);
  const known = new Map([[entry.digest, toEntry(entry)]]);
  let contended = false;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const begun = performance.now();
    const old = await readIndex(target, tag);
    const complete = old.digest !== undefined && isComplete(old, known);
    const digest = complete ? old.digest : await writeIndex(target, tag, old, known);
    const gap = performance.now() - begun;
    if (!complete) contended = (await removeOld(target, old, digest, habits, warn)) || contended;
    if (await stays(target, tag, digest, gap, contended)) return;
    contended = true;
  }
  throw new NotationError('UNAVAILABLE', `${nameOf(target)}: expected the signature to stay in the index ${tag}, found it gone`, {
    hint: 'others write the same index all the time, or the registry forgets: sign again later',
  });
}

/**
 * Whether the index is still the one that was written, once every other writer that had read the one before it has probably written its own: such
 * a writer needs about as long as this one did, `gap` milliseconds. Where there are other writers for certain, it is looked at twice, and later.
 */
async function stays(target: Target, tag: string, digest: string, gap: number, contended: boolean): Promise<boolean> {
  const pauses = contended ? [Math.max(6 * gap, 40), Math.max(12 * gap, 80)] : [2 * gap];
  for (const pause of pauses) {
    await sleep(Math.min(pause, longestPauseMs) * (0.5 + Math.random()));
    const now = await headManifest(target, tag);
    if (typeof now !== 'object' || now.digest !== digest) return false;
  }
  return true;
}

interface OldIndex {
  /** Undefined when there is no index yet. */
  readonly digest: string | undefined;
  readonly document: IndexDocument;
}

async function readIndex(target: Target, tag: string): Promise<OldIndex> {
  const manifest = await getManifest(target, tag);
  if (manifest === undefined) return { digest: undefined, document: emptyIndex };
  return { digest: manifest.descriptor.digest, document: parseIndex(manifest.bytes, `${nameOf(target)}:${tag}`) };
}

function isComplete({ document }: OldIndex, known: ReadonlyMap<string, IndexEntry>): boolean {
  const listed = new Set(document.entries.map(({ descriptor }) => descriptor.digest));
  return [...known.keys()].every((digest) => listed.has(digest));
}

/** Writes what stands there and what is missing of `known`; learns what stands there. */
async function writeIndex(target: Target, tag: string, { document }: OldIndex, known: Map<string, IndexEntry>): Promise<string> {
  const listed = new Set(document.entries.map(({ descriptor }) => descriptor.digest));
  const missing = [...known].filter(([digest]) => !listed.has(digest)).map(([, entry]) => entry);
  for (const entry of document.entries) known.set(entry.descriptor.digest, entry);
  const bytes = encodeIndex(document, [...document.entries, ...missing]);
  const descriptor = { mediaType: imageIndex, digest: digestOf(bytes), size: bytes.length };
  await putManifest(target, tag, { descriptor, bytes });
  return descriptor.digest;
}

/** Whether another writer has superseded the same index: it is gone already. Only the deletion's own failure is no failure. */
async function removeOld(
  target: Target,
  { digest }: OldIndex,
  written: string,
  habits: DeletionHabits,
  warn: (message: string) => void,
): Promise<boolean> {
  if (digest === undefined || digest === written || !habits.deletes) return false;
  try {
    return (await deleteManifest(target, digest)) === 'gone';
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    // Registries that do not let manifests be deleted never do.
    if (cause.metadata?.['status'] === '405') habits.deletes = false;
    warn(outdatedIndexKept);
    return false;
  }
}
