// The npm package in a project of somebody else: installed from its tarball without a network, compiled strictly, run by the oldest Node.js and by ours.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../src/x509/bundle.ts';
import { makeImage } from '../support/layout.ts';
import { type Notation, openFolder, openNotation, removeFolder } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { mintChain } from '../support/pki.ts';
import { type Ended, start } from '../support/process.ts';
import { root } from '../support/program.ts';

const peers = needs('node-22', 'tsc-5');
const withNotation = needs('node-22', 'tsc-5', 'notation');

/** An unsigned copy of an artifact, a key, and notation's directory that trusts its authority. */
interface Place {
  readonly folder: string;
  readonly layout: string;
  readonly digest: string;
  readonly home: Notation;
}

describe('a project that uses the npm package', () => {
  let parent: string;
  let project: string;
  let tarball: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    parent = realpathSync(openFolder());
    project = join(parent, 'project');
    tarball = join(parent, pack(parent));
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
    npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], project);
    mkdirSync(join(project, 'source'));
    copyFileSync(join(import.meta.dirname, 'consumer', 'program.ts'), join(project, 'source', 'program.ts'));
    readmePrograms().forEach((text, index) => {
      writeFileSync(join(project, 'source', `readme-${index}.ts`), text);
    });
    mkdirSync(join(project, 'plain'));
    writeFileSync(join(project, 'plain', 'plain.ts'), plain);
    compile(compilers()[0], 'nodenext', 'source', [...nodeTypes, '--outDir', 'built']);
  });
  after(() => {
    if (parent !== undefined) removeFolder(parent);
  });

  /** Compiles what is in `folder`: strictly, and the package's own declarations too. */
  function compile(compiler: string, resolution: 'nodenext' | 'bundler', folder: string, more: readonly string[]): void {
    const words = ['--strict', '--skipLibCheck', 'false', '--noUncheckedIndexedAccess', '--target', 'es2022', '--rootDir', folder];
    const modules = ['--module', resolution === 'nodenext' ? 'nodenext' : 'preserve', '--moduleResolution', resolution];
    const sources = readdirSync(join(project, folder)).map((file) => join(folder, file));
    try {
      execFileSync(process.execPath, [compiler, ...words, ...modules, ...more, ...sources], { cwd: project, encoding: 'utf8' });
    } catch (error) {
      assert.fail(`it does not compile: ${(error as { readonly stdout: string }).stdout}`);
    }
  }

  function newPlace(): Promise<Place> {
    return makePlace(mkdtempSync(join(parent, 'place-')));
  }

  test('gets one small package, and none besides', peers, () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['notation-ts-kms']);
    const bytes = readdirSync(join(project, 'node_modules'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    assert.ok(statSync(tarball).size < 1_000_000, `the tarball has ${statSync(tarball).size} bytes`);
    assert.ok(bytes < 4_000_000, `installed it has ${bytes} bytes`);
  });

  test('is found without fault by publint and by arethetypeswrong', peers, () => {
    const [folder, bin] = [join(project, 'node_modules', 'notation-ts-kms'), join(root, 'node_modules')];
    execFileSync(process.execPath, [join(bin, 'publint/src/cli.js'), 'run', folder, '--strict', '--pack', 'false'], { stdio: 'pipe' });
    execFileSync(process.execPath, [join(bin, '@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only'], { stdio: 'pipe' });
  });

  for (const resolution of ['nodenext', 'bundler'] as const) {
    test(`compiles strictly, with ${resolution} resolution, by TypeScript 5 and 7`, peers, () => {
      for (const compiler of compilers()) {
        compile(compiler, resolution, 'source', [...nodeTypes, '--noEmit']);
        compile(compiler, resolution, 'plain', ['--noEmit', '--exactOptionalPropertyTypes', '--lib', 'es2022,dom']);
      }
    });
  }

  for (const [name, node] of runtimes()) {
    const program = (deed: string, { folder, layout, digest }: Place) =>
      start([node(), join(project, 'built', 'program.js'), deed, folder, layout, digest]);

    test(`signs, and real notation and the library verify it, on Node.js ${name}`, withNotation, async () => {
      const place = await newPlace();
      const signed = said(await program('sign', place));
      assert.equal(signed['suffix'], '.cose.sig');
      const byNotation = await verifyByNotation(place);
      assert.equal(byNotation.code, 0, byNotation.stderr);
      const verified = { status: 'verified', digest: place.digest, signature: signed['signature'] };
      const blob = { status: 'verified', size: 6 };
      assert.deepEqual(said(await program('verify', place)), {
        byValues: verified,
        byDirectory: verified,
        blobs: [blob, blob],
        signatures: 1,
      });
      assert.deepEqual(said(await program('aborted', place)), { code: 'ABORTED' });
    });

    test(`verifies what real notation signed, and not what it trusts nobody for, on Node.js ${name}`, withNotation, async () => {
      const [place, stranger] = [await newPlace(), await newPlace()];
      said(await program('sign', stranger));
      const mine = await place.home.run(['sign', '--oci-layout', `${place.layout}@${place.digest}`], { NOTATION_EXPERIMENTAL: '1' });
      assert.equal(mine.code, 0, mine.stderr);
      copyFileSync(join(stranger.folder, 'blob.bin.cose.sig'), join(place.folder, 'blob.bin.cose.sig'));
      const refused = await program('verify', place);
      assert.match(refused.stderr, /UNVERIFIED|expected a verified signature/);
      const crossed = said(await program('sign', place));
      const { byValues, byDirectory, signatures } = said(await program('verify', place)) as {
        byValues: { status: string; signature: string };
        byDirectory: unknown;
        signatures: number;
      };
      assert.equal(byValues.status, 'verified');
      assert.notEqual(byValues.signature, crossed['signature'], 'the first one, which is notation’s');
      assert.deepEqual(byDirectory, byValues);
      assert.equal(signatures, 2);
    });

    test(`has no effect by being imported, on Node.js ${name}`, peers, async () => {
      writeFileSync(join(project, 'probe.mjs'), probe);
      const permission = name === '22.12' ? '--experimental-permission' : '--permission';
      const ended = await start([node(), '--no-warnings', permission, `--allow-fs-read=${parent}/*`, join(project, 'probe.mjs')]);
      assert.deepEqual(
        JSON.parse(ended.stdout),
        {
          environment: [],
          resources: [],
          globals: [],
          listeners: [],
          exported: ['NotationError', 'openNotation', 'requireVerified', 'version'],
        },
        ended.stderr,
      );
      assert.deepEqual([ended.code, ended.stderr], [0, '']);
    });

    test(`is told which backend's code is missing, on Node.js ${name}`, peers, async () => {
      const other = mkdtempSync(join(parent, 'stripped-'));
      cpSync(project, other, { recursive: true });
      const folder = join(other, 'node_modules', 'notation-ts-kms');
      const chunks = readdirSync(folder).filter((file) => /^(?:aws|session)-.*\.js$/.test(file));
      assert.ok(chunks.length >= 2);
      for (const chunk of chunks) rmSync(join(folder, chunk));
      const ended = await start([node(), join(other, 'built', 'program.js'), 'missing', other, '', '']);
      const { code, message, hint } = said(ended);
      assert.equal(code, 'CONFIG');
      assert.match(`${message}; ${hint}`, /the code of its backend.*; install notation-ts-kms anew/);
    });

    test(`has the program too, on Node.js ${name}`, peers, async () => {
      const bin = join(project, 'node_modules', '.bin', 'notation-ts-kms');
      const path = { PATH: `${join(node(), '..')}${delimiter}${process.env['PATH']}` };
      assert.match((await start([node(), realpathSync(bin), 'version'], { env: path })).stdout, /0\.1\.0/);
      const { stdout } = await start([node(), realpathSync(bin), 'get-plugin-metadata'], { input: '{}' });
      assert.equal((JSON.parse(stdout) as { readonly name: string }).name, 'ts-kms');
    });
  }

  describe('the page "Library" of the README', needs('node-22', 'tsc-5', 'ocireg', 'oras'), () => {
    test('each of its programs does what it says', async () => {
      assert.equal(readmePrograms().length, 5);
      const { runReadme } = await import('../support/library-readme.ts');
      await runReadme(project, await newPlace(), readmePrograms().length);
    });
  });
});

async function makePlace(folder: string): Promise<Place> {
  const chain = await mintChain({
    changes: [
      {
        subject: [
          ['C', 'US'],
          ['ST', 'WA'],
          ['O', 'acme'],
          ['CN', 'release'],
        ],
      },
    ],
  });
  const [certificates, keyPath] = [chain.map(({ certificate }) => certificate.der), join(folder, 'leaf.key')];
  writeFileSync(join(folder, 'root.crt'), toPem(certificates.slice(-1)));
  writeFileSync(join(folder, 'leaf.crt'), toPem(certificates));
  writeFileSync(keyPath, chain[0]?.key.privateKey.export({ format: 'pem', type: 'pkcs8' }) ?? '', { mode: 0o600 });
  writeFileSync(join(folder, 'blob.bin'), 'a blob');
  const home = openNotation(folder, { name: '', version: '', libexec: folder }, { roots: [join(folder, 'root.crt')] });
  const key = { name: 'leaf', keyPath, certPath: join(folder, 'leaf.crt') };
  writeFileSync(join(home.config, 'signingkeys.json'), JSON.stringify({ default: 'leaf', keys: [key] }));
  cpSync(home.config, join(folder, 'config', 'notation'), { recursive: true });
  const { layout, image } = makeImage(join(folder, 'layout'));
  return { folder, layout, digest: image.digest, home };
}

function verifyByNotation({ home, layout, digest }: Place) {
  return home.run(['verify', '--oci-layout', '--scope', 'layout.test/artifact', `${layout}@${digest}`], { NOTATION_EXPERIMENTAL: '1' });
}

/** Prints what importing the package did. */
const probe = `
const environment = [];
const own = process.env;
Object.defineProperty(process, 'env', { value: new Proxy(own, {
  get: (target, name) => (environment.push(String(name)), Reflect.get(target, name)),
  has: (target, name) => (environment.push(String(name)), Reflect.has(target, name)),
  ownKeys: (target) => (environment.push('*'), Reflect.ownKeys(target)),
}) });
const [globals, resources] = [Object.getOwnPropertyNames(globalThis), process.getActiveResourcesInfo()];
const listeners = process.eventNames();
const library = await import('notation-ts-kms');
const [first, second] = [library.openNotation(), library.openNotation({ environment: {} })];
if (first === second) throw new Error('two instances are one');
await new Promise(setImmediate);
const added = (now, before) => now.filter((one) => !before.includes(one)).map(String);
console.log(JSON.stringify({
  // Node.js itself asks for one for each module.
  environment: environment.filter((name) => name !== 'WATCH_REPORT_DEPENDENCIES'),
  resources: added(process.getActiveResourcesInfo(), [...resources, 'Immediate']),
  globals: added(Object.getOwnPropertyNames(globalThis), globals),
  listeners: added(process.eventNames(), listeners),
  exported: Object.keys(library).sort(),
}));
`;

function runtimes(): readonly (readonly [string, () => string])[] {
  return [
    ['22.12', () => realpathSync(openPeer('node-22'))],
    ['24', () => process.execPath],
  ];
}

/** TypeScript 5, and ours. */
function compilers(): readonly [string, string] {
  const older = join(openPeer('tsc-5'), '../../root/consumer/node_modules/typescript/bin/tsc');
  return [older, join(root, 'node_modules/typescript/bin/tsc')];
}

const nodeTypes = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];

/** A program that knows nothing of Node.js. */
const plain = `
import { openNotation, requireVerified, type Certificate, type Finding } from 'notation-ts-kms';
const { findings }: { readonly findings: readonly Finding[] } = requireVerified(await openNotation().verify({ reference: '' }));
export const anchors: readonly Certificate[] = findings.flatMap((finding) => finding.check === 'integrity' && finding.result === 'passed' ? finding.evidence.chain : []);
`;

function said({ code, stdout, stderr }: Ended): Readonly<Record<string, unknown>> {
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

function pack(folder: string): string {
  const packed = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], join(root, 'dist', 'npm')),
  ) as readonly { readonly filename: string }[];
  return packed[0]?.filename ?? '';
}

function npm(words: readonly string[], cwd: string): string {
  return execFileSync('npm', [...words], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The programs of the README's page, whole. */
function readmePrograms(): readonly string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const page = /^## Library\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}
