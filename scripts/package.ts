// Makes the release archives in dist/release: one executable each, with LICENSE and NOTICE, and the SHA-256 of every archive.
// With --runtimes it only fetches what it needs for that.
// The same sources give the same bytes: runtimes are pinned by package-lock.json, and archives hold no times, owners or paths.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';
import { create, extract } from 'tar';
import { compile } from './build.ts';
import { noticeOf } from './package/notice.ts';

interface Target {
  readonly os: 'linux' | 'linux-musl' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** Bun's names: of the target, and of the npm package that carries its runtime. */
  readonly bun: string;
  readonly runtime: string;
}

export const targets: readonly Target[] = [
  { os: 'linux', arch: 'amd64', bun: 'bun-linux-x64', runtime: '@oven/bun-linux-x64' },
  { os: 'linux', arch: 'arm64', bun: 'bun-linux-arm64', runtime: '@oven/bun-linux-aarch64' },
  { os: 'linux-musl', arch: 'amd64', bun: 'bun-linux-x64-musl', runtime: '@oven/bun-linux-x64-musl' },
  { os: 'linux-musl', arch: 'arm64', bun: 'bun-linux-arm64-musl', runtime: '@oven/bun-linux-aarch64-musl' },
  { os: 'darwin', arch: 'amd64', bun: 'bun-darwin-x64', runtime: '@oven/bun-darwin-x64' },
  { os: 'darwin', arch: 'arm64', bun: 'bun-darwin-arm64', runtime: '@oven/bun-darwin-aarch64' },
  { os: 'windows', arch: 'amd64', bun: 'bun-windows-x64', runtime: '@oven/bun-windows-x64' },
  { os: 'windows', arch: 'arm64', bun: 'bun-windows-arm64', runtime: '@oven/bun-windows-aarch64' },
];

const root = join(import.meta.dirname, '..');
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
};

/** Archives carry no time; a zip cannot say less than this one. */
const noTime = new Date('1980-01-01T00:00:00Z');

/** "linux_amd64": what a target is called in the names of its files. */
export function labelOf({ os, arch }: Target): string {
  return `${os}_${arch}`;
}

/** Makes the archives of these targets in `folder`, and their checksums; answers the names of the archives. */
export async function packageAll(wanted: readonly Target[], folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const archives: string[] = [];
  for (const target of wanted) archives.push(await packageOne(target, folder));
  const sums = archives.map((archive) => `${digestOf(join(folder, archive), 'hex')}  ${archive}\n`);
  writeFileSync(join(folder, `${name}_${version}_checksums.txt`), sums.join(''));
  return archives;
}

async function packageOne(target: Target, folder: string): Promise<string> {
  const staged = mkdtempSync(join(tmpdir(), `${name}-package-`));
  try {
    const program = target.os === 'windows' ? `${name}.exe` : name;
    compile(join(staged, program), { target: target.bun, runtime: await runtimeOf(target.runtime) });
    cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
    writeFileSync(join(staged, 'NOTICE'), noticeOf(root, version));
    const archive = `${name}_${version}_${labelOf(target)}.${target.os === 'windows' ? 'zip' : 'tar.gz'}`;
    const write = target.os === 'windows' ? writeZip : writeTar;
    await write(staged, [program, 'LICENSE', 'NOTICE'], join(folder, archive));
    return archive;
  } finally {
    rmSync(staged, { recursive: true });
  }
}

async function writeTar(folder: string, names: readonly string[], path: string): Promise<void> {
  await create(
    {
      cwd: folder,
      file: path,
      gzip: { level: 9 },
      portable: true,
      mtime: noTime,
      onWriteEntry: (entry) => {
        if (entry.stat) entry.stat.mode = entry.path === name ? 0o755 : 0o644;
      },
    },
    [...names],
  );
}

async function writeZip(folder: string, names: readonly string[], path: string): Promise<void> {
  const files = Object.fromEntries(names.map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]));
  writeFileSync(path, zipSync(files, { level: 9, mtime: noTime }));
}

/** The runtimes that are not on this machine yet. */
export function missingRuntimes(wanted: readonly Target[] = targets): readonly string[] {
  return wanted.map(({ runtime }) => runtime).filter((runtime) => !existsSync(placeOf(runtime).folder));
}

/** The runtime of another platform, from the npm registry by way of npm, checked against package-lock.json, kept outside the repository. */
async function runtimeOf(runtime: string): Promise<string> {
  const { folder, spec, integrity } = placeOf(runtime);
  if (!existsSync(folder)) await fetchRuntime(spec, integrity, folder);
  const bin = join(folder, 'package', 'bin');
  return join(bin, readdirSync(bin).find((file) => /^bun(\.exe)?$/.test(file)) ?? 'bun');
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string } | undefined>>;
}

function placeOf(runtime: string): { readonly folder: string; readonly spec: string; readonly integrity: string } {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const pinned = lock.packages[`node_modules/${runtime}`];
  if (pinned === undefined) throw new Error(`${runtime} is not in package-lock.json`);
  const { version: pin, integrity } = pinned;
  return { folder: join(cacheFolder(), `${runtime.replace('/', '-')}-${pin}`), spec: `${runtime}@${pin}`, integrity };
}

async function fetchRuntime(spec: string, integrity: string, kept: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), '.new-'));
  try {
    await download(spec, folder);
    const [tarball = ''] = readdirSync(folder);
    const found = `sha512-${digestOf(join(folder, tarball), 'base64', 'sha512')}`;
    if (found !== integrity) throw new Error(`${spec}: expected ${integrity} as in package-lock.json, found ${found}`);
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
  return join(base, name, 'runtimes');
}

function digestOf(path: string, encoding: 'hex' | 'base64', algorithm = 'sha256'): string {
  return createHash(algorithm).update(readFileSync(path)).digest(encoding);
}

if (import.meta.main) {
  const [only] = process.argv.slice(2);
  if (only === '--runtimes') for (const { runtime } of targets) await runtimeOf(runtime);
  else await release(only);
}

async function release(only: string | undefined): Promise<void> {
  const wanted = only === undefined ? targets : targets.filter((target) => only.split(',').includes(labelOf(target)));
  const folder = join(root, 'dist', 'release');
  rmSync(folder, { recursive: true, force: true });
  for (const archive of await packageAll(wanted, folder)) process.stdout.write(`dist/release/${archive}\n`);
}
