// Builds one form of the program:
//   executable  dist/notation-ts-kms      one file with Bun's runtime: what we ship; with --runtime=PATH, with that Bun's
//   npm         dist/npm                  the npm package: main.js, which is the program, and index.js, which is the library
//   pkg         dist/pkg/notation-ts-kms  one file with Node's runtime
//   man         dist/man/notation-ts-kms.1  the manual page; the other forms make it too
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ShippedPackage } from './package/component.ts';
import { packagesIn } from './package/contents.ts';
import { nodeRuntime, pkgParts } from './package/node.ts';
import { noticeOfModules, noticeOfNodeExecutable } from './package/notice.ts';
import { completeNpmPackage } from './package/npm.ts';
import { sbomOf } from './package/sbom.ts';
import { versionHere } from './package/version.ts';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** What the program knows of its own build. */
export type BuildForm = 'executable' | 'npm' | 'pkg';

/** The two autoload switches are a security requirement: without them a bunfig.toml or .env in the working directory is obeyed. */
const compileFlags = [
  '--compile',
  '--bytecode',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--compile-jit-policy=100',
];

/** The Bun that package.json pins, for this machine. */
export function bunPath(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const cpu = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const folder = dirname(require.resolve(`@oven/bun-${platform}-${cpu}/package.json`));
  return join(folder, 'bin', process.platform === 'win32' ? 'bun.exe' : 'bun');
}

/**
 * Bundles `entries` with these flags of `bun build`, minified and split so that each command loads only its own chunks. The condition
 * `module` takes the AWS SDK's ES modules, of which the unused are left out, in place of its single CommonJS files.
 */
export function bundle(form: BuildForm, flags: readonly string[], entries: readonly string[] = ['src/main.ts']): void {
  const define = `--define=BUILD=${JSON.stringify({ form, commit: commit() })}`;
  const common = ['build', ...entries, '--minify', '--format=esm', '--splitting', '--conditions=module', define];
  execFileSync(bunPath(), [...common, ...flags], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

export interface Compilation {
  /** Bun's name for it; this machine's when absent. */
  readonly target?: string;
  /** A runtime that is already here. */
  readonly runtime?: string;
  /** Another program than the one that is shipped. */
  readonly entry?: string;
  /** Path for the bundler's account of what it put into the program. */
  readonly metafile?: string;
}

/** Compiles an executable. */
export function compile(outfile: string, options: Compilation = {}): void {
  mkdirSync(dirname(outfile), { recursive: true });
  const target = options.target === undefined ? [] : [`--target=${options.target}`];
  const runtime = options.runtime === undefined ? [] : [`--compile-executable-path=${options.runtime}`];
  const metafile = options.metafile === undefined ? [] : [`--metafile=${options.metafile}`];
  bundle(
    'executable',
    [...compileFlags, ...target, ...runtime, ...metafile, `--outfile=${outfile}`],
    options.entry === undefined ? undefined : [options.entry],
  );
}

function commit(): string {
  return ofCommit('%h', '--abbrev=12') ?? 'unknown';
}

/** What git says of the commit in this format; undefined where there is no git. */
function ofCommit(format: string, ...options: readonly string[]): string | undefined {
  try {
    const words = ['log', '-1', `--format=${format}`, ...options];
    return execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** The manual page, as the sources print it. It bears the day of the commit, so that the same sources give the same bytes. Answers its path. */
export function buildMan(): string {
  const folder = join(root, 'dist', 'man');
  const env = { ...process.env, SOURCE_DATE_EPOCH: process.env['SOURCE_DATE_EPOCH'] ?? ofCommit('%ct') };
  const page = execFileSync(process.execPath, [join(root, 'src/main.ts'), 'man'], { env });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'notation-ts-kms.1');
  writeFileSync(path, page);
  return path;
}

/** Bun writes its output piecemeal; a copy lies in larger pieces in the page cache and starts faster by a tenth, and is what an installation is too. */
function buildExecutable(runtime: string | undefined): void {
  const name = process.platform === 'win32' ? 'notation-ts-kms.exe' : 'notation-ts-kms';
  const [made, outfile] = [join(root, 'dist', 'made'), join(root, 'dist', name)];
  compile(join(made, name), runtime === undefined ? {} : { runtime: resolve(runtime) });
  copyFileSync(join(made, name), `${outfile}.copy`);
  renameSync(`${outfile}.copy`, outfile);
  rmSync(made, { recursive: true });
}

/**
 * The folder is made beside the old one and put in its place, so that no chunk of an earlier build stays. Answers the packages that have code in
 * the modules.
 */
export function buildModules(form: 'npm' | 'pkg', folder: string): readonly ShippedPackage[] {
  const [made, metafile] = [`${folder}.new`, `${folder}.metafile.json`];
  rmSync(made, { recursive: true, force: true });
  const entries = form === 'npm' ? ['src/main.ts', 'src/index.ts'] : ['src/main.ts'];
  bundle(form, ['--target=node', `--outdir=${made}`, `--metafile=${metafile}`], entries);
  const packages = packagesIn(metafile, root);
  rmSync(metafile);
  const entry = join(made, 'main.js');
  writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, 'utf8')}`, { mode: 0o755 });
  if (form === 'npm') {
    writeFileSync(join(made, 'NOTICE'), noticeOfModules({ root, version: versionHere(), packages }));
    completeNpmPackage(root, made, buildMan());
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(made, folder);
  return packages;
}

/**
 * The modules as they are, in the virtual file system that pkg puts into Node's own single-executable format. pkg's command line
 * would fetch a runtime from the network; called like this it takes the Node.js that runs this script.
 */
async function buildPkg(): Promise<void> {
  const [modules, output] = [join(root, 'dist', 'pkg', 'modules'), join(root, 'dist', 'pkg', 'notation-ts-kms')];
  mkdirSync(dirname(modules), { recursive: true });
  const packages = [...buildModules('pkg', modules), ...pkgParts(root)];
  const config = { name: 'notation-ts-kms', type: 'module', bin: 'main.js', pkg: { assets: ['*.js'] } };
  writeFileSync(join(modules, 'package.json'), JSON.stringify(config));
  const { seaEnhanced } = require('@yao-pkg/pkg/lib-es5/sea.js') as { seaEnhanced: SeaEnhanced };
  const [platform, made] = [process.platform === 'darwin' ? 'macos' : process.platform, `${output}.new`];
  await seaEnhanced(join(modules, 'main.js'), {
    targets: [{ nodeRange: `node${process.versions.node.split('.')[0]}`, platform, arch: process.arch, output: made }],
    signature: true,
    useLocalNode: true,
    marker: { config, base: modules, configPath: join(modules, 'package.json'), toplevel: true },
  });
  renameSync(made, output);
  rmSync(modules, { recursive: true });
  await describePkg(output, packages);
}

/** What is in the executable and under which terms, beside it. */
async function describePkg(output: string, packages: readonly ShippedPackage[]): Promise<void> {
  const [version, runtime] = [versionHere(), nodeRuntime(root)];
  writeFileSync(join(dirname(output), 'NOTICE'), await noticeOfNodeExecutable({ root, version, packages }, runtime));
  const subject = { version, file: 'notation-ts-kms', bytes: readFileSync(output), packages, runtime };
  writeFileSync(`${output}.cdx.json`, sbomOf(subject));
}

type SeaEnhanced = (entry: string, options: object) => Promise<void>;

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { runtime: { type: 'string' } }, allowPositionals: true });
  const [form = 'executable'] = positionals;
  if (form === 'executable') buildExecutable(values.runtime);
  else if (form === 'npm') buildModules('npm', join(root, 'dist', 'npm'));
  else if (form === 'pkg') await buildPkg();
  else if (form !== 'man') throw new Error(`unknown form ${form}: executable, npm, pkg or man`);
  if (form !== 'npm') buildMan();
  process.stdout.write(`built ${form}\n`);
}
