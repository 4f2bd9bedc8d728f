// Prepares a release in dist/release: archives, the npm tarball, lists of components, checksums and their signature, checked as the README tells.
//
//   npm run release -- --dry-run                       with a throw-away key
//   npm run release -- --id KEY [--plugin-config N=V]… with the key of the releases; --key NAME for one of notation's key list
//
// It publishes nothing: it says what to upload. --only linux_amd64,… makes a rehearsal short.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { extract } from 'tar';
import { labelOf, targetHere } from './package/target.ts';
import { versionHere } from './package/version.ts';
import { packageAll, targetsNamed, writeChecksums } from './package.ts';
import { packModules } from './release/npm.ts';
import { obstaclesTo } from './release/obstacles.ts';
import { checkRelease, signChecksums, throwAwayKey } from './release/signature.ts';

const dist = join(import.meta.dirname, '..', 'dist');

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Wish {
  readonly dryRun: boolean;
  /** The options of `blob sign` that name the key; none in a rehearsal without one. */
  readonly key: readonly string[];
  readonly only: string | undefined;
}

function readWish(words: readonly string[]): Wish {
  const text = { type: 'string' } as const;
  const options = {
    'dry-run': { type: 'boolean' },
    id: text,
    key: text,
    'plugin-config': { type: 'string', multiple: true },
    'timestamp-url': text,
    'timestamp-root-cert': text,
    only: text,
  } as const;
  const { 'dry-run': dryRun = false, only, ...signing } = parseArgs({ args: [...words], options }).values;
  const key = Object.entries(signing).flatMap(([name, value]) => [value].flat().flatMap((each) => [`--${name}`, each]));
  if (!dryRun && signing.id === undefined && signing.key === undefined)
    throw new Error('expected --id or --key, the key of the releases, or --dry-run, found neither');
  if (!dryRun && only !== undefined) throw new Error('--only is for --dry-run: a release has every archive');
  return { dryRun, key, only };
}

/** A rehearsal only tells what a release would be refused for. */
function checkState(version: string, dryRun: boolean): void {
  const obstacles = obstaclesTo(version, join(dist, '..'));
  if (obstacles.length > 0 && !dryRun) throw new Error(`not released: ${obstacles.join('; ')}`);
  for (const obstacle of obstacles) say(`a release would be refused: ${obstacle}`);
}

async function makeFiles(release: string, { only }: Wish): Promise<string> {
  rmSync(release, { recursive: true, force: true });
  const archives = await packageAll(targetsNamed(only), release);
  return writeChecksums(release, [...archives, ...packModules(release, versionHere())]);
}

/** Signs and checks with the executable that was just packed, so that a release whose program does not work is none. */
async function signAndCheck(release: string, checksums: string, { key }: Wish): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-release-'));
  try {
    await extract({ file: join(release, `notation-ts-kms_${versionHere()}_${labelOf(targetHere())}.tar.gz`), cwd: folder });
    const signing = { program: join(folder, 'notation-ts-kms'), release, checksums };
    const certificates = signChecksums(signing, key.length > 0 ? key : throwAwayKey(folder, signing.program));
    const [leaf, root] = [certificates[0], certificates.at(-1)];
    if (leaf === undefined || root === undefined) throw new Error(`the signature of ${checksums} has no certificate`);
    process.stdout.write(checkRelease(signing, leaf, root));
    writeFileSync(join(dist, 'release.crt'), root.toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sayFiles(release: string): void {
  for (const file of readdirSync(release).sort()) {
    const digest = createHash('sha256')
      .update(readFileSync(join(release, file)))
      .digest('hex');
    say(`${digest.slice(0, 16)}  ${String(statSync(join(release, file)).size).padStart(10)}  ${file}`);
  }
}

async function release(words: readonly string[]): Promise<void> {
  const [wish, folder, started] = [readWish(words), join(dist, 'release'), Date.now()];
  checkState(versionHere(), wish.dryRun);
  await signAndCheck(folder, await makeFiles(folder, wish), wish);
  sayFiles(folder);
  say(`made, signed and checked in ${Math.round((Date.now() - started) / 1000)} s; nothing was published`);
  if (wish.dryRun) say(`this was a rehearsal${wish.key.length > 0 ? '' : ': its key is gone, and nobody should trust dist/release.crt'}`);
  else sayNext();
}

function sayNext(): void {
  say(`to do: upload everything in dist/release; npm publish dist/release/notation-ts-kms-${versionHere()}.tgz`);
  say('dist/release.crt is what verifiers trust: hand it out by another way than the release itself');
}

try {
  await release(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
