// notation's own files of JSON, which it reads only where they are regular files.
import { NotationError } from '../core/error.ts';
import type { Files } from '../core/ports.ts';
import { entryAt } from './entry.ts';

const configLimit = 1 << 20;

/**
 * The value in a file of notation's; undefined when there is no file.
 * @param what names the file for the reader, as in `config.json`
 * @throws NotationError `FILE` when it is a link, a folder or unreadable, `CONFIG` when it is not JSON.
 */
export async function readConfigFile(path: string, what: string, files: Files): Promise<unknown> {
  const facts = entryAt(path);
  if (facts === undefined) return undefined;
  if (facts.isDirectory() || facts.isSymbolicLink()) {
    throw new NotationError('FILE', `${JSON.stringify(path)} is not a regular file (symlinks are not supported)`, {
      hint: 'put the file itself there',
    });
  }
  try {
    return JSON.parse(Buffer.from(await files.read(path, what, configLimit)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof NotationError) throw cause;
    throw malformedConfig(path, what, 'it is not valid JSON', cause);
  }
}

/** The error of a file that is not what notation would write. */
export function malformedConfig(path: string, what: string, problem: string, cause?: unknown): NotationError {
  return new NotationError('CONFIG', `malformed ${what}: ${problem}`, { cause, hint: `put ${path} right, or move it away` });
}
