// Archives that hold no times, owners or paths: the same files give the same bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { create } from 'tar';

/** A zip cannot say less than this one. */
const noTime = new Date('1980-01-01T00:00:00Z');

/** Writes the files of `folder` with these names as a .tar.gz; `program` alone may be run. */
export async function writeTar(folder: string, names: readonly string[], program: string, path: string): Promise<void> {
  await create(
    {
      cwd: folder,
      file: path,
      gzip: { level: 9 },
      portable: true,
      mtime: noTime,
      onWriteEntry: (entry) => {
        if (entry.stat) entry.stat.mode = entry.path === program ? 0o755 : 0o644;
      },
    },
    [...names],
  );
}

/** Writes the files of `folder` with these names as a .zip. */
export function writeZip(folder: string, names: readonly string[], path: string): void {
  const files = Object.fromEntries(names.map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]));
  writeFileSync(path, zipSync(files, { level: 9, mtime: noTime }));
}
