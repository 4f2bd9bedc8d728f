// Makes the release archives in dist/release: one executable each with what belongs beside it, the list of what is in each, and the SHA-256 of all.
// With --runtimes it only fetches what it needs for that; with names of targets (linux_amd64,…) it makes only those.
// The same sources give the same bytes: runtimes are pinned by package-lock.json, and archives hold no times, owners or paths.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildMan } from './build.ts';
import { packageExecutable } from './package/executable.ts';
import { runtimeOf } from './package/runtime.ts';
import { labelOf, type Target, targets } from './package/target.ts';
import { versionHere } from './package/version.ts';

const root = join(import.meta.dirname, '..');

/** Makes the archives of these targets in `folder`; answers the names of the files, those of lists of components among them. */
export async function packageAll(wanted: readonly Target[], folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  buildMan();
  const files: string[] = [];
  for (const target of wanted) {
    const { archive, sbom } = await packageExecutable(target, folder, versionHere());
    files.push(archive, sbom);
  }
  return files;
}

/** Writes the SHA-256 of files in `folder` as sha256sum does; answers the name of that file. */
export function writeChecksums(folder: string, files: readonly string[]): string {
  const name = `notation-ts-kms_${versionHere()}_checksums.txt`;
  const sums = files.map(
    (file) =>
      `${createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex')}  ${file}\n`,
  );
  writeFileSync(join(folder, name), sums.join(''));
  return name;
}

/** The targets of these names, "linux_amd64,…"; all where none is named. @throws Error for a name that is none */
export function targetsNamed(names: string | undefined): readonly Target[] {
  if (names === undefined) return targets;
  return names.split(',').map((name) => {
    const found = targets.find((target) => labelOf(target) === name);
    if (found === undefined) throw new Error(`expected ${targets.map(labelOf).join(', ')}, found ${name}`);
    return found;
  });
}

if (import.meta.main) {
  const [only] = process.argv.slice(2);
  if (only === '--runtimes') for (const { runtime } of targets) await runtimeOf(runtime);
  else await packageHere(only);
}

async function packageHere(only: string | undefined): Promise<void> {
  const folder = join(root, 'dist', 'release');
  rmSync(folder, { recursive: true, force: true });
  const files = await packageAll(targetsNamed(only), folder);
  for (const file of [...files, writeChecksums(folder, files)]) process.stdout.write(`dist/release/${file}\n`);
}
