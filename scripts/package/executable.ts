// One release archive: the executable for a target with what belongs beside it, and the list of what is in the executable.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bunPath, compile } from '../build.ts';
import { writeTar, writeZip } from './archive.ts';
import { bunRuntime } from './bun.ts';
import { packagesIn } from './contents.ts';
import { signAdHoc } from './mach-o.ts';
import { noticeOfExecutable } from './notice.ts';
import { runtimeOf } from './runtime.ts';
import { sbomOf } from './sbom.ts';
import { labelOf, type Target } from './target.ts';

const root = join(import.meta.dirname, '../..');

/** Files of the repository that go beside the executable; the manual page is there once it is built. */
const companions = ['LICENSE', 'README.md', 'dist/man/notation-ts-kms.1'];

export interface Packaged {
  /** Names of the files that were made. */
  readonly archive: string;
  readonly sbom: string;
}

/** Makes the archive of a target and the list of its components in `folder`. */
export async function packageExecutable(target: Target, folder: string, version: string): Promise<Packaged> {
  const staged = mkdtempSync(join(tmpdir(), 'notation-ts-kms-package-'));
  try {
    const title = `notation-ts-kms_${version}_${labelOf(target)}`;
    const program = target.os === 'windows' ? 'notation-ts-kms.exe' : 'notation-ts-kms';
    const metafile = join(staged, 'metafile.json');
    compile(join(staged, program), { target: target.bun, runtime: await runtimeOf(target.runtime), metafile });
    if (target.os === 'darwin') writeFileSync(join(staged, program), signAdHoc(readFileSync(join(staged, program))));
    const [packages, runtime] = [packagesIn(metafile, root), bunRuntime(root, target, bunPath())];
    writeFileSync(join(staged, 'NOTICE'), noticeOfExecutable({ root, version, packages }, runtime));
    const names = [program, 'NOTICE', ...placeCompanions(staged, target)];
    const sbom = sbomOf({ version, file: program, bytes: readFileSync(join(staged, program)), packages, runtime });
    writeFileSync(join(folder, `${title}.cdx.json`), sbom);
    const archive = `${title}.${target.os === 'windows' ? 'zip' : 'tar.gz'}`;
    if (target.os === 'windows') writeZip(staged, names, join(folder, archive));
    else await writeTar(staged, names, program, join(folder, archive));
    return { archive, sbom: `${title}.cdx.json` };
  } finally {
    rmSync(staged, { recursive: true });
  }
}

/**
 * In the archive all lie side by side: notation unpacks no folders of a zip. Windows has no use for a manual page; and where a zip tells
 * notation of no executable, as ours does not, it goes by names, of which only one may be a plugin's.
 */
function placeCompanions(staged: string, { os }: Target): readonly string[] {
  const paths = companions.filter((path) => existsSync(join(root, path)) && !(os === 'windows' && path.endsWith('.1')));
  return paths.map((path) => {
    const name = path.replace(/^.*\//, '');
    copyFileSync(join(root, path), join(staged, name));
    return name;
  });
}
