// What is in notation's folders, links as links: verification must not follow what others can lead elsewhere.
// Synchronous for the reason that disk.ts tells.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { fileError, isAbsent } from '../core/file-error.ts';

/** What is at `path`; undefined when nothing is there. @throws NotationError `FILE` when that cannot be told */
export function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw fileError(`${path} cannot be looked at`, cause);
  }
}

/** The names in a folder, sorted; none when it is not there. @throws NotationError `FILE`, naming `what` */
export function namesIn(folder: string, what: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw fileError(`${what} cannot be listed`, cause);
  }
}
