// Files of references, for commands that take many.
import { NotationError } from '../../core/error.ts';
import type { Files } from '../../core/ports.ts';
import type { ToolContext } from '../context.ts';
import { readInput } from '../voice/input.ts';

const listLimit = 16 << 20;

export interface ListedReference {
  readonly reference: string;
  /** Where it stands, as in `list.txt:3`. */
  readonly place: string;
}

/**
 * The references of a file, one a line, in order, each once. Blank lines and lines that begin with `#` say nothing. `-` is standard input.
 * @throws NotationError `FILE` when it cannot be read, `REQUEST` with the line for what can be no reference, and for a list without any
 */
export async function readReferenceList(
  path: string,
  files: Files,
  { input }: Pick<ToolContext, 'input'>,
): Promise<readonly ListedReference[]> {
  const bytes = path === '-' ? readInput(input, listLimit) : await files.read(path, 'list of references', listLimit);
  const name = path === '-' ? 'standard input' : path;
  const listed = new Map<string, ListedReference>();
  for (const [index, line] of linesOf(bytes, name).entries()) {
    const reference = line.trim();
    if (reference === '' || reference.startsWith('#') || listed.has(reference)) continue;
    listed.set(reference, { reference: checkReference(reference, `${name}:${index + 1}`), place: `${name}:${index + 1}` });
  }
  if (listed.size > 0) return [...listed.values()];
  throw new NotationError('REQUEST', `${name}: expected references, one a line, found none`);
}

/** A byte order mark is no part of the first line. */
function linesOf(bytes: Uint8Array, name: string): readonly string[] {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(/\r\n|\n|\r/);
  } catch {
    throw new NotationError('REQUEST', `${name}: expected text in UTF-8, found something else`);
  }
}

/** What is no reference at all, and would hide what is one: two on a line, or characters that cannot be seen. */
function checkReference(reference: string, place: string): string {
  if (!/[\s\p{Cc}]/u.test(reference)) return reference;
  throw new NotationError('REQUEST', `${place}: expected one reference on the line, found ${JSON.stringify(reference)}`, {
    hint: 'comments stand on lines of their own, which begin with #',
  });
}
