import { NotationError } from '../core/error.ts';
import type { Files } from '../core/ports.ts';

/**
 * Refuses files and folders that everybody on the machine may write: who changes a trust policy or a trust store decides what is verified.
 * Neither the specification nor notation says anything of modes. A group may write, because many systems give each user a group alone.
 * What is not there is passed over.
 * @throws NotationError `FILE`
 */
export async function refuseWritableByAll(paths: readonly string[], files: Files): Promise<void> {
  for (const path of paths) {
    const facts = await files.look(path);
    if (facts === undefined || (facts.mode & 0o002) === 0) continue;
    const mode = facts.mode.toString(8).padStart(4, '0');
    const expected = 'expected that only its owner and group may change it, because what it says is trusted';
    throw new NotationError('FILE', `${path}: ${expected}, found mode ${mode}`, {
      hint: `look whether it is as it should be, then chmod o-w ${path}`,
    });
  }
}
