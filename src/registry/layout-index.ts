// A layout's index.json, and how it is changed.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotationError } from '../core/error.ts';
import { type LockPatience, withLock } from '../core/file-lock.ts';
import { contentOf } from './descriptor.ts';
import { malformed, readDocument, shown } from './document.ts';
import { encodeIndex, type IndexDocument, type IndexEntry, parseIndex } from './index-document.ts';
import { placeFile, readRegular, removeLeftovers, settle, temporaryIn } from './layout-files.ts';

/** A layout of tens of thousands of manifests; those of registries have far smaller limits. */
const indexLimit = 64 << 20;
const layoutFileLimit = 4096;
const attempts = 6;

/** Checks that the folder is an OCI layout of version 1.0.0. @throws NotationError `FILE`, `MANIFEST` */
export function checkLayout(layout: string): void {
  const path = join(layout, 'oci-layout');
  const bytes = readRegular(path, layoutFileLimit);
  if (bytes === undefined) {
    throw new NotationError('FILE', `${layout}: expected an OCI layout, found no file oci-layout in it`, {
      hint: 'name the folder that holds oci-layout, index.json and blobs',
    });
  }
  const { imageLayoutVersion } = readDocument(bytes, path);
  if (imageLayoutVersion !== '1.0.0') throw malformed(path, 'imageLayoutVersion "1.0.0"', shown(imageLayoutVersion));
}

/** The layout's index as it is now. @throws NotationError `FILE`, `MANIFEST` */
export function readIndex(layout: string): IndexDocument {
  const path = join(layout, 'index.json');
  const bytes = readRegular(path, indexLimit);
  if (bytes === undefined) throw new NotationError('FILE', `${path}: expected the index of an OCI layout, found no file`);
  return parseIndex(bytes, path, { limit: indexLimit });
}

/**
 * Adds entries, except those that are listed already. The file is replaced whole under the layout's lock; the entries that are there
 * stay as they are. Other tools know of no lock, and some write the file bit by bit: what changes before it is replaced is read again, what is
 * half-written too, and afterwards comes another look.
 * @throws NotationError `FILE`, `MANIFEST`, `TIMEOUT`
 */
export async function addToIndex(layout: string, entries: readonly IndexEntry[], patience: LockPatience): Promise<void> {
  const lock = join(layout, '.notation-ts-kms.lock');
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      await withLock({ path: lock, temporary: () => temporaryIn(layout) }, patience, async (isMine) => {
        removeLeftovers(layout, lock);
        await writeEntries(layout, entries, isMine);
      });
      if (missingFrom(readIndex(layout), entries).length === 0) return;
    } catch (error) {
      if (!(error instanceof NotationError) || error.code !== 'MANIFEST' || attempt === attempts) throw error;
    }
    await sleep(10 * attempt);
  }
  throw new NotationError('FILE', `${join(layout, 'index.json')}: expected the new entries in it, found that others overwrite it`, {
    hint: 'let the other programs that write this layout finish first',
  });
}

async function writeEntries(layout: string, entries: readonly IndexEntry[], isMine: () => boolean): Promise<void> {
  const path = join(layout, 'index.json');
  const state = stateOf(path);
  const index = readIndex(layout);
  const missing = missingFrom(index, entries);
  if (missing.length === 0) return;
  const bytes = encodeIndex(index, [...index.entries, ...missing]);
  if (bytes.length > indexLimit) throw malformed(path, `at most ${indexLimit} bytes with the new entries`, `${bytes.length}`);
  await placeFile(layout, path, bytes, lstatSync(path).mode & 0o777, () => isMine() && stateOf(path) === state);
  await settle(layout);
}

/** What differs when a file was replaced or written to. */
function stateOf(path: string): string {
  const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return facts === undefined ? '' : [facts.ino, facts.size, facts.mtimeNs].join(' ');
}

function missingFrom(index: IndexDocument, entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const listed = new Set(index.entries.map(({ descriptor }) => contentOf(descriptor)));
  return entries.filter(({ descriptor }) => !listed.has(contentOf(descriptor)));
}
