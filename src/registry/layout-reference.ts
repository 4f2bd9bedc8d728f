import { NotationError } from '../core/error.ts';

/** An artifact in an OCI layout. */
export interface LayoutReference {
  /** The layout's folder, as it was written. */
  readonly path: string;
  readonly tagOrDigest: string;
}

/**
 * Reads `<path>:<tag>` or `<path>@<digest>` as notation does: what follows the last `@`, or else the last `:`. The colon after a Windows
 * drive letter is none of these.
 * @throws NotationError `REQUEST`
 */
export function parseLayoutReference(text: string): LayoutReference {
  const at = text.lastIndexOf('@');
  const split = at === -1 ? lastColon(text) : at;
  const [path, tagOrDigest] = split === -1 ? [text, ''] : [text.slice(0, split), text.slice(split + 1)];
  if (path === '') throw refused(text, 'a path', 'none');
  if (tagOrDigest === '') throw refused(text, 'a tag or a digest', 'none');
  return { path, tagOrDigest };
}

function lastColon(text: string): number {
  const colon = text.lastIndexOf(':');
  return colon === 1 && /^[A-Za-z]:\\/.test(text) ? -1 : colon;
}

function refused(text: string, expected: string, found: string): NotationError {
  return new NotationError('REQUEST', `${JSON.stringify(text)}: invalid reference: expected ${expected}, found ${found}`, {
    hint: 'write <file_path>:<tag> or <file_path>@<digest>',
  });
}
