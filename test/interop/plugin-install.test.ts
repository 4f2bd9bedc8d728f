// notation's commands for plugins, and ours, over the same sources: files, archives of real programs, and URLs.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintIdentity } from '../support/clouds/tls.ts';
import { executableUnderTest, openFolder, type Result, removeFolder, runProgram } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { pluginScript, sha256Of, tarGzOf, writeExecutable, zipOf } from '../support/plugin-archives.ts';
import { type Home, runStory, type Step, type Story } from './twins.ts';

const peers = needs('notation');

const plugin = (...words: readonly string[]): Step => ({ words: ['plugin', ...words] });
const install = (...words: readonly string[]) => plugin('install', '--file', ...words);
const differs = (step: Step, reason: string, stderr: RegExp): Step => ({ ...step, ours: { reason, stderr } });

const ownWords = (step: Step, stderr: RegExp) => differs(step, 'what a plugin does wrong is said in our words', stderr);

/** A plugin's folder, from which the archives are made. */
function prepareSources({ folder, config }: Home): void {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  for (const version of ['1.0.0', '1.1.0', '0.9.0', 'v2']) {
    const content = join(folder, version);
    mkdirSync(join(content, 'lib'), { recursive: true });
    writeExecutable(join(content, 'notation-foo'), pluginScript('foo', version));
    writeFileSync(join(content, 'LICENSE'), `license of ${version}`, { mode: 0o644 });
    writeFileSync(join(content, 'lib', 'notation-lib'), 'no plugin', { mode: 0o644 });
    pack(content);
  }
  writeExecutable(join(folder, 'notation-bar'), pluginScript('foo', '1.0.0'));
  writeExecutable(join(folder, 'other'), pluginScript('foo', '1.0.0'));
  writeExecutable(join(folder, 'notation-broken'), '#!/bin/sh\nexit 3\n');
  writeFileSync(join(folder, 'notation-plain'), pluginScript('plain', '1.0.0'), { mode: 0o644 });
  writeFileSync(join(folder, 'empty'), '');
  symlinkSync('1.0.0/notation-foo', join(folder, 'notation-foo'));
  const [one, two] = [{ name: 'notation-one', content: pluginScript('one', '1.0.0') }, { name: 'notation-two' }];
  const archives = {
    'candidate.zip': zipOf([one]),
    'candidate.tgz': tarGzOf([one]),
    'candidates.zip': zipOf([one, two]),
    'executables.zip': zipOf([one, two].map((entry) => ({ ...entry, mode: 0o755 }))),
    'none.tgz': tarGzOf([{ name: 'LICENSE' }]),
    'slip.zip': zipOf([one, { name: '../evil', content: 'x' }]),
    'slip.tgz': tarGzOf([one, { name: 'a/../../evil', content: 'x' }]),
    'half.zip': zipOf([{ ...one, content: randomBytes(2000) }]).subarray(0, 1000),
  };
  for (const [name, archive] of Object.entries(archives)) writeFileSync(join(folder, name), archive);
}

/** Archives that unpack to as much as no plugin is. */
function prepareBombs(home: Home): void {
  prepareSources(home);
  const bomb = [{ name: 'notation-one', content: Buffer.alloc(256 << 20) }];
  writeFileSync(join(home.folder, 'bomb.zip'), zipOf(bomb));
  writeFileSync(join(home.folder, 'bomb.tgz'), tarGzOf(bomb));
}

/** By Python's zipfile, with and without the fields of large archives, and by tar. */
function pack(content: string): void {
  const zip = (force: string) =>
    `import os, zipfile\nz = zipfile.ZipFile('../' + os.path.basename(os.getcwd()) + ('-64' if ${force} else '') + '.zip', 'w', zipfile.ZIP_DEFLATED)\n` +
    `for p in ('notation-foo', 'LICENSE', 'lib/notation-lib'):\n  i = zipfile.ZipInfo.from_file(p)\n  i.compress_type = zipfile.ZIP_DEFLATED\n` +
    `  with z.open(i, 'w', force_zip64=${force}) as f: f.write(open(p, 'rb').read())\nz.close()`;
  for (const force of ['False', 'True']) execFileSync('python3', ['-c', zip(force)], { cwd: content });
  execFileSync('tar', ['czf', `${content}.tgz`, '--format=gnu', 'notation-foo', 'LICENSE'], { cwd: content });
  execFileSync('tar', ['czf', `${content}-pax.tgz`, '--format=pax', '.'], { cwd: content });
}

const refusedPrefix = /^Error: plugin installation failed: /;

const stories: readonly Story[] = [
  {
    name: 'up, equal and down',
    prepare: prepareSources,
    steps: [
      plugin('ls'),
      install('1.0.0/notation-foo'),
      install('1.0.0/notation-foo'),
      plugin('list'),
      install('1.1.0.zip'),
      install('1.1.0-64.zip'),
      differs(
        install('0.9.0.tgz'),
        'one line',
        /0\.9\.0 is lower than the existing plugin version 1\.1\.0; It is not recommended .* use the "--force" option\n$/,
      ),
      install('--force', '0.9.0.tgz'),
      install('1.0.0-64.zip'),
      install('v2.zip'),
      install('--force', 'v2.tgz'),
      install('1.1.0.zip'),
      plugin('ls'),
    ],
  },
  {
    name: 'tar archives of folders',
    prepare: prepareSources,
    steps: [install('1.0.0-pax.tgz'), install('candidate.tgz'), install('--force', 'candidate.zip'), plugin('ls')],
  },
  {
    name: 'sources that are none',
    prepare: prepareBombs,
    steps: [
      install('absent'),
      install('lib'),
      install('1.0.0'),
      install('empty'),
      install('other'),
      install('notation-plain'),
      ownWords(install('./notation-bar'), /expected name "bar", which was asked for, found "foo"/),
      ownWords(install('./notation-broken'), /failed to get metadata of new plugin: .*exit code 3/),
      install('candidates.zip'),
      install('executables.zip'),
      install('none.tgz'),
      differs(install('slip.zip'), 'with the kind of archive', /zip: file name in zip cannot contain '\.\.', but found "\.\.\/evil"/),
      differs(
        install('slip.tgz'),
        'with the kind of archive',
        /tar\.gz: file name in tar\.gz cannot contain '\.\.', but found "a\/\.\.\/\.\.\/evil"/,
      ),
      install('bomb.zip'),
      install('bomb.tgz'),
      ownWords(install('half.zip'), /zip: it cannot be read/),
    ],
  },
  {
    name: 'a source behind a link is taken',
    prepare: prepareSources,
    steps: [install('./notation-foo'), plugin('ls')],
  },
  {
    name: 'checksums',
    prepare: prepareSources,
    steps: [
      install('--sha256sum', sha256Of(pluginScript('foo', '1.0.0')), '1.0.0/notation-foo'),
      install('--force', '--sha256sum', sha256Of(pluginScript('foo', '1.0.0')).toUpperCase(), '1.0.0/notation-foo'),
      install('--sha256sum', sha256Of('other'), '1.1.0/notation-foo'),
      install('--sha256sum', 'abc', '1.1.0.zip'),
      plugin('ls'),
    ],
  },
  {
    name: 'lines that ask for nothing',
    prepare: ({ config }) => void mkdirSync(config, { recursive: true, mode: 0o700 }),
    steps: [
      plugin('install'),
      plugin('install', '--file'),
      plugin('install', '--url'),
      plugin('install', 'x'),
      plugin('install', '--file', '--url', 'x'),
      plugin('install', '--file', 'a', 'b'),
      plugin('install', '--url', 'https://localhost/x'),
      plugin('install', '--url', '--sha256sum', 'abc', 'http://localhost/x'),
      plugin('uninstall'),
      plugin('uninstall', 'a', 'b'),
    ],
  },
  {
    name: 'uninstalling',
    prepare: prepareSources,
    steps: [
      install('1.0.0.zip'),
      { ...plugin('uninstall', 'foo'), input: 'n\n' },
      plugin('uninstall', 'foo'),
      plugin('ls'),
      { ...plugin('remove', 'foo'), input: 'YES\n' },
      plugin('ls'),
      differs(
        plugin('rm', '-y', 'foo'),
        'the name of this program',
        /^Error: unable to find plugin foo; To view a list .* `notation-ts-kms plugin list`\n$/,
      ),
      plugin('add', '--file', '1.1.0.tgz'),
      plugin('rm', '--yes', 'foo'),
    ],
  },
];

describe('plugin commands', () => {
  let folder: string;
  before(() => {
    folder = openFolder();
  });
  after(() => removeFolder(folder));

  // Relative, so that each of the two has plugins of its own, where what is left is compared.
  for (const story of stories)
    test(story.name, peers, () => runStory(story, mkdtempSync(join(folder, 'story-')), join('config', 'notation')));

  test('each lists and uninstalls what the other installed', peers, async () => {
    const home = openPair(folder);
    const installs: readonly (readonly [Run, string])[] = [
      [home.notation, '1.0.0.zip'],
      [home.tool, '1.1.0-64.zip'],
    ];
    for (const [run, source] of installs) assert.equal((await run('install', '--file', join(home.folder, source))).code, 0);
    const [theirs, ours] = [await home.notation('ls'), await home.tool('ls')];
    assert.deepEqual(ours, theirs);
    assert.match(ours.stdout, /foo +plugin foo +1\.1\.0/);
    assert.equal((await home.notation('uninstall', '-y', 'foo')).code, 0);
    assert.equal((await home.notation('install', '--file', join(home.folder, '1.0.0.tgz'))).code, 0);
    assert.deepEqual(await home.tool('uninstall', '-y', 'foo'), { code: 0, stdout: 'Successfully uninstalled plugin foo\n', stderr: '' });
    assert.deepEqual(readdirSync(join(home.libexec, 'plugins')), []);
  });

  test('killed at any moment, the plugin that was there is there, and the next installation goes well', peers, async () => {
    const home = openPair(folder);
    assert.equal((await home.tool('install', '--file', join(home.folder, '1.0.0.zip'))).code, 0);
    const env = { PATH: process.env['PATH'], HOME: home.folder, NOTATION_LIBEXEC: home.libexec };
    for (const milliseconds of [5, 15, 30, 45, 60, 75, 90, 120]) {
      const words = ['plugin', 'install', '--force', '--file', join(home.folder, '1.1.0.zip')];
      const child = spawn(executableUnderTest(), words, { env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      await sleep(milliseconds);
      child.kill('SIGKILL');
      await ended;
      const { stdout } = await home.notation('ls');
      assert.match(stdout, /^NAME .*\nfoo +plugin foo +1\.[01]\.0 +\[SIGNATURE_GENERATOR\.RAW\] +<nil> +\n$/, `after ${milliseconds} ms`);
    }
    assert.equal((await home.tool('install', '--force', '--file', join(home.folder, '1.0.0.tgz'))).code, 0);
    // A process that was killed while it made its lock leaves a small file beside it, which is no lock.
    const left = readdirSync(home.libexec).filter((name) => !/^plugins\.lock\.[0-9a-f]{16}$/.test(name));
    assert.deepEqual(left, ['plugins']);
  });

  test('what notation takes and we do not: links, and two files of one name', peers, async () => {
    const home = openPair(folder);
    const good = { name: 'notation-foo', content: pluginScript('foo', '1.0.0'), mode: 0o755 };
    for (const [name, archive] of Object.entries({
      'link.tgz': tarGzOf([good, { name: 'x', type: 'SymbolicLink' }]),
      'device.tgz': tarGzOf([good, { name: 'x', type: 'CharacterDevice' }]),
      'twice.tgz': tarGzOf([{ ...good, name: 'a/notation-foo', content: 'hidden' }, good]),
      'backslash.zip': zipOf([good, { name: 'lib\\x', content: 'x' }]),
    })) {
      writeFileSync(join(home.folder, name), archive);
      assert.equal((await home.notation('install', '--force', '--file', join(home.folder, name))).code, 0, name);
      rmSync(join(home.libexec, 'plugins'), { recursive: true });
      const { code, stdout, stderr } = await home.tool('install', '--file', join(home.folder, name));
      assert.deepEqual([code, stdout], [1, ''], name);
      assert.match(stderr, refusedPrefix);
      assert.ok(!existsSync(join(home.libexec, 'plugins')), name);
    }
  });
});

describe('plugins from URLs', () => {
  let home: Pair;
  let origin: string;
  let close: () => Promise<void>;
  let archive: Buffer;
  let answer: RequestListener;

  before(async () => {
    if (peers.skip !== undefined) return;
    home = openPair(openFolder());
    archive = zipOf([{ name: 'notation-foo', content: pluginScript('foo', '1.0.0'), mode: 0o755 }]);
    const identity = await mintIdentity();
    writeFileSync(join(home.folder, 'authority.pem'), identity.authority);
    const server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => answer(request, response)).listen(
      0,
      'localhost',
    );
    await once(server, 'listening');
    origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    close = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
  });
  after(async () => {
    await close?.();
    if (home !== undefined) removeFolder(home.folder);
  });

  const whole: RequestListener = (_, response) => response.end(archive);
  const both = async (url: string, checksum: string, environment: NodeJS.ProcessEnv = trusting()) => {
    const words = ['install', '--url', '--sha256sum', checksum, url] as const;
    const empty = () => rmSync(join(home.libexec, 'plugins'), { recursive: true, force: true });
    empty();
    const theirs = await home.notation.with(environment)(...words);
    empty();
    return [theirs, await home.tool.with(environment)(...words)] as const;
  };
  const trusting = () => ({ SSL_CERT_FILE: join(home.folder, 'authority.pem') });

  test('with a private authority, and the right checksum', peers, async () => {
    answer = whole;
    const [theirs, ours] = await both(`${origin}/foo.zip`, sha256Of(archive));
    assert.deepEqual(ours, theirs);
    const says = `Downloading plugin from ${origin}/foo.zip\nDownload completed\nSuccessfully installed plugin foo, version 1.0.0\n`;
    assert.deepEqual(ours, { code: 0, stdout: says, stderr: '' });
  });

  test('with another checksum', peers, async () => {
    answer = whole;
    const [theirs, ours] = await both(`${origin}/foo.zip`, sha256Of('x'));
    assert.equal(ours.code, theirs.code);
    assert.ok(ours.stderr.startsWith(theirs.stderr.trimEnd()), ours.stderr);
    assert.ok(!existsSync(join(home.libexec, 'plugins')));
  });

  test('without trust in the authority', peers, async () => {
    answer = whole;
    const [theirs, ours] = await both(`${origin}/foo.zip`, sha256Of(archive), {});
    assert.deepEqual([ours.code, theirs.code], [1, 1]);
    assert.match(ours.stderr, /^Error: failed to download plugin from URL https:\S+ with error: plugin: .*certificate/);
  });

  test('a redirect within TLS is followed, and one out of it is not', peers, async () => {
    const redirecting =
      (to: string): RequestListener =>
      (request, response) =>
        request.url === '/first' ? response.writeHead(302, { location: to }).end() : whole(request, response);
    answer = redirecting('/second');
    for (const { code, stderr } of await both(`${origin}/first`, sha256Of(archive))) assert.equal(code, 0, stderr);
    const asked: unknown[] = [];
    answer = (request, response) => {
      asked.push(request.url);
      return response.writeHead(302, { location: 'http://localhost:1/second' }).end();
    };
    const [theirs, ours] = await both(`${origin}/first`, sha256Of(archive));
    assert.deepEqual([ours.code, theirs.code], [1, 1]);
    assert.match(ours.stderr, /expected redirects to https: only, found one to http:\/\/localhost:1/);
    assert.match(theirs.stderr, /connection refused/, 'notation follows');
  });

  test('a status that is no success, and an answer that ends too soon', peers, async () => {
    answer = (_, response) => response.writeHead(404).end();
    for (const { code, stderr } of await both(`${origin}/foo.zip`, sha256Of(archive))) {
      assert.equal(code, 1);
      assert.match(stderr, /404/);
    }
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 100), () => response.destroy());
    };
    for (const { code } of await both(`${origin}/foo.zip`, sha256Of(archive))) assert.equal(code, 1);
    assert.ok(!existsSync(join(home.libexec, 'plugins')));
  });

  test('an answer without end ends at the limit', peers, async () => {
    let sent = 0;
    answer = (_, response) => {
      const chunk = Buffer.alloc(1 << 20);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.writeHead(200).on('drain', more);
      more();
    };
    const words = ['install', '--url', '--sha256sum', sha256Of(archive), `${origin}/foo.zip`] as const;
    const { code, stderr } = await home.tool.with(trusting())(...words);
    assert.equal(code, 1);
    assert.match(stderr, /failed to download plugin from URL .*268435455/);
    assert.ok(sent < 600 << 20);
  });
});

/** `plugin …` of one of the two. */
interface Run {
  (...words: readonly string[]): Promise<Result>;
  with(environment: NodeJS.ProcessEnv): (...words: readonly string[]) => Promise<Result>;
}

interface Pair {
  readonly folder: string;
  readonly libexec: string;
  readonly notation: Run;
  readonly tool: Run;
}

/** One home for both, with the sources of the stories. */
function openPair(parent: string): Pair {
  const folder = mkdtempSync(join(parent, 'pair-'));
  const sources = join(folder, 'sources');
  mkdirSync(sources);
  prepareSources({ folder: sources, config: join(folder, 'config', 'notation') });
  cpSync(sources, folder, { recursive: true, verbatimSymlinks: true });
  const libexec = join(folder, 'libexec');
  const runOf = (program: string): Run => {
    const run = (environment: NodeJS.ProcessEnv, words: readonly string[]) => {
      const own = { PATH: process.env['PATH'], HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), NOTATION_LIBEXEC: libexec };
      return runProgram(program, ['plugin', ...words], { ...own, ...environment });
    };
    return Object.assign((...words: readonly string[]) => run({}, words), {
      with:
        (environment: NodeJS.ProcessEnv) =>
        (...words: readonly string[]) =>
          run(environment, words),
    });
  };
  return { folder, libexec, notation: runOf(openPeer('notation')), tool: runOf(executableUnderTest()) };
}
