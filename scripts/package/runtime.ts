// The Bun runtimes of all platforms, from the npm registry by way of npm, checked against package-lock.json, kept outside the repository.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { pinOf } from './lock.ts';
import { type Target, targets } from './target.ts';

const root = join(import.meta.dirname, '../..');

/** The runtimes that are not on this machine yet. */
export function missingRuntimes(wanted: readonly Target[] = targets): readonly string[] {
  return wanted
    .map(({ runtime }) => runtime)
    .filter((runtime) => !existsSync(placeOf(runtime, pinOf(root, `node_modules/${runtime}`).version)));
}

/** Path of the runtime that this npm package carries; it is fetched where it is not here yet. */
export async function runtimeOf(runtime: string): Promise<string> {
  const { version, integrity } = pinOf(root, `node_modules/${runtime}`);
  const bin = join(await unpackedPackage(runtime, version, integrity), 'bin');
  return join(bin, readdirSync(bin).find((file) => /^bun(\.exe)?$/.test(file)) ?? 'bun');
}

/** Folder with the files of an npm package; what npm itself answers for its bytes is enough where `integrity` is absent. */
export async function unpackedPackage(name: string, version: string, integrity?: string): Promise<string> {
  const kept = placeOf(name, version);
  if (!existsSync(kept)) await fetchPackage(`${name}@${version}`, integrity, kept);
  return join(kept, 'package');
}

function placeOf(name: string, version: string): string {
  return join(cacheFolder(), `${name.replace('/', '-')}-${version}`);
}

async function fetchPackage(spec: string, integrity: string | undefined, kept: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), '.new-'));
  try {
    await download(spec, folder);
    const [tarball = ''] = readdirSync(folder);
    const found = `sha512-${createHash('sha512')
      .update(readFileSync(join(folder, tarball)))
      .digest('base64')}`;
    if (integrity !== undefined && found !== integrity)
      throw new Error(`${spec}: expected ${integrity} as in package-lock.json, found ${found}`);
    await extract({ file: join(folder, tarball), cwd: folder });
    rmSync(join(folder, tarball));
    renameSync(folder, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Some forty megabytes; where nobody answers, npm by itself would try for a quarter of an hour. */
async function download(spec: string, folder: string): Promise<void> {
  const patient = ['--fetch-timeout=60000', '--fetch-retries=1', '--prefer-offline'];
  const words = ['pack', '--loglevel=error', ...patient, '--pack-destination', folder, spec];
  try {
    await promisify(execFile)('npm', words, { env: { ...process.env, PATH: machinePath() }, timeout: 600_000, killSignal: 'SIGKILL' });
  } catch (error) {
    const { killed, stderr } = error as { readonly killed?: boolean; readonly stderr?: string };
    throw new Error(`${spec}: npm pack ${killed ? 'did not end within 10 minutes' : `failed: ${stderr?.trim()}`}`);
  }
}

/** npm finds the machine's own settings (registry, certificates) beside the Node.js that runs it, so not by ours in node_modules. */
function machinePath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => !folder.includes('node_modules')).join(delimiter);
}

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'notation-ts-kms', 'runtimes');
}
