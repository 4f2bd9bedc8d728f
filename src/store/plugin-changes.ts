// Changes to the folder of plugins: each plugin is there whole, the old one or the new one, or it is not there.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { Directories } from './directories.ts';
import { entryAt } from './entry.ts';
import { withLockOf } from './lock.ts';

/** A place to work at, while no other process of this program changes plugins. */
export interface PluginWorkshop {
  /** Empty, ours alone, on the file system of the plugins, and gone afterwards. */
  readonly folder: string;
  /** Puts a folder of the workshop in the place of a plugin's. @throws NotationError `FILE`; the old one comes back then */
  replace(prepared: string, plugin: string): Promise<void>;
  /** Takes a plugin's folder away; false when there is none. @throws NotationError `FILE` */
  remove(plugin: string): Promise<boolean>;
}

/**
 * Runs `work` in a workshop beside the folder of plugins, where notation does not look for any. What a process that was killed has left there is
 * put right first: a plugin that was about to be replaced, and is in neither place, comes back.
 * @throws NotationError `TIMEOUT` when another process is at it for long, `FILE`, and whatever `work` throws
 */
export function withPluginWorkshop<T>({ libexec }: Directories, work: (workshop: PluginWorkshop) => Promise<T>): Promise<T> {
  const plugins = join(libexec, 'plugins');
  const root = join(libexec, '.plugins-in-the-making');
  const kept = join(root, 'replaced');
  const settle = async () => {
    await putRight(kept, plugins);
    await rm(root, { recursive: true, force: true });
  };
  return withLockOf(plugins, async () => {
    try {
      await settle();
      const folder = join(root, randomBytes(8).toString('hex'));
      for (const one of [kept, folder]) await mkdir(one, { recursive: true, mode: 0o700 });
      return await work(workshopOf(folder, kept, plugins));
    } catch (cause) {
      throw cause instanceof Error && 'syscall' in cause ? fileError(`${root} cannot be used`, cause) : cause;
    } finally {
      // What cannot be put right now is kept, and tried again by whoever comes next.
      await settle().catch(() => undefined);
    }
  });
}

function workshopOf(folder: string, kept: string, plugins: string): PluginWorkshop {
  return {
    folder,
    replace: async (prepared, plugin) => {
      const [place, old] = [join(plugins, plugin), join(kept, plugin)];
      try {
        await mkdir(plugins, { recursive: true, mode: 0o755 });
        await chmod(prepared, 0o755);
        await moveAway(place, old);
        await rename(prepared, place);
      } catch (cause) {
        throw fileError(`${place} cannot be written`, cause);
      }
    },
    remove: async (plugin) => {
      const place = join(plugins, plugin);
      try {
        return await moveAway(place, join(folder, 'removed'));
      } catch (cause) {
        throw fileError(`${place} cannot be removed`, cause);
      }
    },
  };
}

/** In one step, so that nobody sees half a plugin; false when there is nothing to move. */
async function moveAway(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw cause;
  }
}

/** A plugin that was moved aside, and whose place is empty, goes back. */
async function putRight(kept: string, plugins: string): Promise<void> {
  const names = await readdir(kept).catch((cause: unknown) => {
    if (isAbsent(cause)) return [];
    throw cause;
  });
  for (const name of names) if (entryAt(join(plugins, name)) === undefined) await rename(join(kept, name), join(plugins, name));
}
