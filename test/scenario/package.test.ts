// The release archives: what is in them, that they can be made again byte for byte, and that notation takes them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { missingRuntimes } from '../../scripts/package/runtime.ts';
import { labelOf, targetHere, targets } from '../../scripts/package/target.ts';
import { packageAll, writeChecksums } from '../../scripts/package.ts';
import { isAdHocSigned, isAuthenticodeSigned } from '../support/code-signature.ts';
import { executableUnderTest, openFolder, removeFolder } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { start } from '../support/process.ts';

/** What file(1) says of each executable; where it is not installed, the machine in the file's header says it. */
const kinds: Readonly<Record<string, RegExp>> = {
  linux_amd64: /ELF 64-bit.*x86-64.*ld-linux/,
  linux_arm64: /ELF 64-bit.*aarch64.*ld-linux/,
  'linux-musl_amd64': /ELF 64-bit.*x86-64.*ld-musl/,
  'linux-musl_arm64': /ELF 64-bit.*aarch64.*ld-musl/,
  darwin_amd64: /Mach-O 64-bit x86_64 executable/,
  darwin_arm64: /Mach-O 64-bit arm64 executable/,
  windows_amd64: /PE32\+ executable.*x86-64/,
  windows_arm64: /PE32\+ executable.*Aarch64/i,
};

/** Tests fetch nothing from the network. */
const absent = missingRuntimes();
const needsRuntimes = absent.length === 0 ? {} : { skip: `peer absent: ${absent.join(', ')}: run scripts/peers` };

describe('release archives', needsRuntimes, () => {
  const folder = openFolder();
  after(() => removeFolder(folder));

  for (const target of targets) {
    const label = labelOf(target);
    test(`${label} holds one executable of its kind and what belongs beside it, and is below 256 MiB`, async () => {
      const archive = await packageOne(target, join(folder, label));
      assert.ok(statSync(archive).size < 256 * 1024 * 1024);
      const unpacked = join(folder, `${label}-unpacked`);
      mkdirSync(unpacked);
      const unpack = archive.endsWith('.zip') ? ['python3', '-m', 'zipfile', '-e'] : ['tar', '-xzf'];
      const [program = '', ...words] = [...unpack, archive, ...(archive.endsWith('.zip') ? [unpacked] : ['-C', unpacked])];
      execFileSync(program, words);
      const executable = target.os === 'windows' ? 'notation-ts-kms.exe' : 'notation-ts-kms';
      const beside = readdirSync(unpacked).filter((name) => name !== executable);
      const manual = target.os === 'windows' ? [] : beside.filter((name) => name === 'notation-ts-kms.1');
      assert.deepEqual(beside.sort(), ['LICENSE', 'NOTICE', 'README.md', ...manual]);
      if (target.os !== 'windows')
        for (const name of beside) assert.equal(statSync(join(unpacked, name)).mode & 0o111, 0, `${name} may not be run`);
      assert.match(kindOf(join(unpacked, executable)), kinds[label] ?? /^$/);
      const bytes = readFileSync(join(unpacked, executable));
      if (target.os === 'darwin') assert.ok(isAdHocSigned(bytes), 'as macOS wants it');
      if (target.os === 'windows') assert.ok(!isAuthenticodeSigned(bytes), 'as the README says');
      assert.match(readFileSync(join(unpacked, 'NOTICE'), 'utf8'), /JavaScriptCore[\s\S]*node-forge/);
      rmSync(unpacked, { recursive: true });
    });
  }

  test('made again, and together, they are the same bytes, and checksums.txt names all', async () => {
    const again = join(folder, 'again');
    const some = targets.filter((target) => ['linux_amd64', 'windows_arm64'].includes(labelOf(target)));
    const files = await packageAll(some, again);
    assert.equal(files.length, 2 * some.length);
    for (const file of files) {
      const label = some.map(labelOf).find((name) => file.includes(`_${name}.`)) ?? '';
      assert.ok(readFileSync(join(again, file)).equals(readFileSync(join(folder, label, file))), `${file} has the same bytes`);
    }
    const checksums = writeChecksums(again, files);
    const checked = execFileSync('sha256sum', ['--check', '--strict', checksums], { cwd: again, encoding: 'utf8' });
    assert.deepEqual(
      checked.trimEnd().split('\n'),
      files.map((file) => `${file}: OK`),
    );
  });

  test('there is one for each platform', () => {
    assert.deepEqual(targets.map(labelOf).sort(), Object.keys(kinds).sort());
  });

  for (const [name, needed] of [
    ['notation', needs('notation')],
    ['our own tool', {}],
  ] as const) {
    test(`${name} installs the one for this machine`, needed, async () => {
      const label = labelOf(targetHere());
      const [archive = ''] = readdirSync(join(folder, label)).filter((file) => file.endsWith('.tar.gz'));
      const home = mkdtempSync(join(folder, 'home-'));
      const program = name === 'notation' ? openPeer('notation') : executableUnderTest();
      const run = (...words: readonly string[]) => start([program, 'plugin', ...words], { env: { XDG_CONFIG_HOME: home, HOME: home } });
      const installed = await run('install', '--file', join(folder, label, archive));
      assert.match(installed.stdout, /Successfully installed plugin ts-kms, version/, installed.stderr);
      assert.match((await run('ls')).stdout, /ts-kms .*\[SIGNATURE_GENERATOR\.RAW .*\] +<nil>/);
    });
  }
});

/** One archive in a folder of its own; answers its path. */
async function packageOne(target: (typeof targets)[number], folder: string): Promise<string> {
  const [archive = ''] = await packageAll([target], folder);
  return join(folder, archive);
}

function kindOf(path: string): string {
  try {
    return execFileSync('file', ['--brief', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return headerOf(readFileSync(path));
  }
}

/** In file(1)'s words: ELF e_machine and program interpreter, Mach-O cputype, PE Machine. */
function headerOf(bytes: Buffer): string {
  if (bytes.readUInt32BE(0) === 0x7f454c46) {
    const loader = bytes.subarray(0, 8192).includes('ld-musl') ? 'ld-musl' : 'ld-linux';
    return `ELF 64-bit ${bytes.readUInt16LE(18) === 62 ? 'x86-64' : 'aarch64'} ${loader}`;
  }
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return `Mach-O 64-bit ${bytes.readUInt32LE(4) === 0x01000007 ? 'x86_64' : 'arm64'} executable`;
  return `PE32+ executable ${bytes.readUInt16LE(bytes.readUInt32LE(0x3c) + 4) === 0x8664 ? 'x86-64' : 'Aarch64'}`;
}
