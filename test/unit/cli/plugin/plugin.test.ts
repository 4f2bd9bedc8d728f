// Plugins come and go whole: what is hostile, hangs, lies, is killed or comes twice at once leaves what was there.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { askMetadata } from '../../../../src/host/metadata.ts';
import { withPluginWorkshop } from '../../../../src/store/plugin-changes.ts';
import { findPlugin } from '../../../../src/store/plugin-files.ts';
import { boundsOf, writeFakePlugin } from '../../../support/fake-plugin.ts';
import { temporaryFolder } from '../../../support/key-files.ts';
import { pluginScript, tarGzOf, writeExecutable, zipOf } from '../../../support/plugin-archives.ts';
import { runTool } from '../../../support/tool.ts';

interface Home {
  readonly folder: string;
  readonly libexec: string;
  readonly plugins: string;
  /** Runs `plugin …`; the answer of standard output and the error's line. */
  run(words: readonly string[], input?: string): Promise<{ readonly code: number; readonly out: string; readonly error: string }>;
  /** Writes an executable that says so. */
  source(name: string, version: string): string;
}

function openHome(t: TestContext): Home {
  const folder = temporaryFolder(t);
  const libexec = join(folder, 'libexec');
  const environment = { ...process.env, NOTATION_LIBEXEC: libexec };
  return {
    folder,
    libexec,
    plugins: join(libexec, 'plugins'),
    run: async (words, input = '') => {
      const { code, stdout, stderr } = await runTool(['plugin', ...words], { environment, input });
      return { code, out: stdout.toString(), error: stderr };
    },
    source: (name, version) => writeExecutable(join(folder, `notation-${name}`), pluginScript(name, version)),
  };
}

/** Nothing but these is there, and nothing of an installation. */
function assertPlugins({ libexec, plugins }: Home, names: readonly string[]): void {
  assert.deepEqual(existsSync(plugins) ? readdirSync(plugins).sort() : [], names);
  assert.deepEqual(existsSync(libexec) ? readdirSync(libexec).filter((name) => name !== 'plugins') : [], []);
}

async function installed(t: TestContext, version = '1.0.0'): Promise<Home> {
  const home = openHome(t);
  const { code, error } = await home.run(['install', '--file', home.source('foo', version)]);
  assert.deepEqual([code, error], [0, '']);
  return home;
}

async function assertRefused(home: Home, words: readonly string[], says: RegExp): Promise<void> {
  const { code, out, error } = await home.run(words);
  assert.deepEqual([code, out], [1, '']);
  assert.match(error, says);
  assert.equal(error.trimEnd().split('\n').length, 1);
}

describe('plugin install', () => {
  test('an archive replaces all files of the plugin that was there', async (t) => {
    const home = await installed(t);
    const files = (version: string, more: string) => [
      { name: 'notation-foo', content: pluginScript('foo', version), mode: 0o755 },
      { name: more, content: 'text' },
    ];
    for (const [file, archive, left] of [
      ['a.zip', zipOf(files('1.1.0', 'LICENSE')), ['LICENSE', 'notation-foo']],
      ['a.tgz', tarGzOf(files('1.2.0', 'NOTICE')), ['NOTICE', 'notation-foo']],
    ] as const) {
      writeFileSync(join(home.folder, file), archive);
      assert.equal((await home.run(['install', '--file', join(home.folder, file)])).code, 0);
      assert.deepEqual(readdirSync(join(home.plugins, 'foo')).sort(), left);
    }
    assertPlugins(home, ['foo']);
  });

  for (const [what, script, says] of [
    ['lies about its name', pluginScript('bar', '2.0.0'), /expected name "foo".*found "bar"/],
    ['fails', '#!/bin/sh\nexit 3\n', /failed to get metadata of new plugin: .*exit code 3/],
    ['says nothing', '#!/bin/sh\n', /failed to get metadata of new plugin/],
    ['is no program', 'text', /failed to get metadata of new plugin/],
    ['speaks another contract', pluginScript('foo', '2.0.0').replace('"1.0"', '"2.0"'), /contract version 1\.0/],
  ] as const)
    test(`an executable that ${what} leaves the old one`, async (t) => {
      const home = await installed(t);
      const before = readFileSync(join(home.plugins, 'foo', 'notation-foo'));
      const source = writeExecutable(join(home.folder, 'notation-foo'), script);
      for (const force of [[], ['--force']]) await assertRefused(home, ['install', '--file', ...force, source], says);
      assert.deepEqual(readFileSync(join(home.plugins, 'foo', 'notation-foo')), before);
      assertPlugins(home, ['foo']);
    });

  test('an executable that hangs is ended', async (t) => {
    const folder = temporaryFolder(t);
    writeExecutable(join(folder, 'notation-foo'), '#!/bin/sh\nexec sleep 600\n');
    const plugin = await findPlugin(folder, 'linux');
    await assert.rejects(askMetadata(plugin, new Map(), boundsOf({ timeoutMs: 50 })), { code: 'TIMEOUT' });
  });

  test('versions must be semantic to be compared, and need not be where nothing is compared', async (t) => {
    const home = openHome(t);
    for (const [version, words, code] of [
      ['v1.0.0', [], 0],
      ['1.1.0', [], 1],
      ['1.1.0', ['--force'], 0],
      ['1.1.0+build', [], 1],
      ['1.1.0-rc.1', [], 1],
      ['v2', [], 1],
      [`1.1.${'9'.repeat(30)}`, [], 1],
      ['1.1.1-rc.1', [], 0],
      ['1.1.1', [], 0],
    ] as const)
      assert.equal((await home.run(['install', '--file', ...words, home.source('foo', version)])).code, code, version);
  });

  test('a plugin that is there and broken is replaced by force only', async (t) => {
    const home = openHome(t);
    await writeFakePlugin(home.libexec, 'foo', {});
    const source = home.source('foo', '1.0.0');
    await assertRefused(home, ['install', '--file', source], /failed to get metadata of existing plugin/);
    const { out } = await home.run(['install', '--file', '--force', source]);
    assert.equal(out, 'Successfully installed plugin foo, version 1.0.0\n');
  });

  test('a folder without an executable is no plugin, and gives way', async (t) => {
    const home = openHome(t);
    mkdirSync(join(home.plugins, 'foo'), { recursive: true });
    writeFileSync(join(home.plugins, 'foo', 'rest'), '');
    assert.equal((await home.run(['install', '--file', home.source('foo', '1.0.0')])).code, 0);
    assert.deepEqual(readdirSync(join(home.plugins, 'foo')), ['notation-foo']);
  });

  test('a link in the place of its folder is refused, and what it leads to stays', async (t) => {
    const home = openHome(t);
    const elsewhere = join(home.folder, 'elsewhere');
    for (const folder of [elsewhere, home.plugins]) mkdirSync(folder, { recursive: true });
    symlinkSync(elsewhere, join(home.plugins, 'foo'));
    await assertRefused(home, ['install', '--file', '--force', home.source('foo', '1.0.0')], /expected a folder, found a symbolic link/);
    await assertRefused(home, ['uninstall', '-y', 'foo'], /expected a folder, found a symbolic link/);
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  test('no name of a file makes a plugin elsewhere', async (t) => {
    const home = openHome(t);
    const source = writeExecutable(join(home.folder, 'notation-..'), pluginScript('..', '1.0.0'));
    await assertRefused(home, ['install', '--file', source], /expected the name of a plugin, found "\.\."/);
    assertPlugins(home, []);
  });

  test('only one of many at once is the first, and the plugin is whole', async (t) => {
    const home = openHome(t);
    const source = home.source('foo', '1.0.0');
    const runs = await Promise.all(Array.from({ length: 6 }, () => home.run(['install', '--file', source])));
    assert.deepEqual(runs.map(({ code }) => code).sort(), [0, 1, 1, 1, 1, 1]);
    assert.equal(runs.filter(({ error }) => error.includes('plugin foo with version 1.0.0 already exists')).length, 5);
    assertPlugins(home, ['foo']);
  });

  test('what a killed process left is put right: the old plugin comes back', async (t) => {
    const home = await installed(t);
    const making = join(home.libexec, '.plugins-in-the-making');
    mkdirSync(join(making, 'replaced'), { recursive: true });
    mkdirSync(join(making, 'half'), { recursive: true });
    renameSync(join(home.plugins, 'foo'), join(making, 'replaced', 'foo'));
    await withPluginWorkshop({ config: home.libexec, libexec: home.libexec }, async () => undefined);
    assertPlugins(home, ['foo']);
    assert.deepEqual(readdirSync(join(home.plugins, 'foo')), ['notation-foo']);
  });

  test('a replacement that fails half-way brings the old one back', async (t) => {
    const home = await installed(t);
    const failing = withPluginWorkshop({ config: home.libexec, libexec: home.libexec }, ({ replace, folder }) =>
      replace(`${folder}/.`, 'foo'),
    );
    await assert.rejects(failing, { code: 'FILE' });
    assertPlugins(home, ['foo']);
  });

  test('on Windows a plugin is an .exe', async (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['notation-foo', 'notation-foo.exe', 'notation-bar.dll']) writeFileSync(join(folder, name), '');
    assert.equal((await findPlugin(folder, 'win32')).name, 'foo');
    await assert.rejects(findPlugin(folder, 'linux'), /no plugin executable file was found/);
  });
});

describe('plugin list', () => {
  test('nothing is a table without rows', async (t) => {
    assert.equal((await openHome(t).run(['ls'])).out, 'NAME   DESCRIPTION   VERSION   CAPABILITIES   ERROR   \n');
  });

  test('one that is broken has its error in its line, and hostile words stay words', async (t) => {
    const home = await installed(t);
    await writeFakePlugin(home.libexec, 'broken', { 'get-plugin-metadata': { stderr: `\u001b[31mred\n${'x'.repeat(5000)}`, code: 1 } });
    mkdirSync(join(home.plugins, 'void'));
    symlinkSync('foo', join(home.plugins, 'link'));
    writeFileSync(join(home.plugins, 'file'), '');
    const { code, out } = await home.run(['ls']);
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(/ +/)[0]),
      ['broken', 'foo', 'void'],
    );
    assert.match(lines[2] ?? '', /^foo +plugin foo +1\.0\.0 +\[SIGNATURE_GENERATOR\.RAW\] +<nil> +$/);
    assert.ok(
      lines.every((line) => !/\p{Cc}/u.test(line) && line.length < 700),
      out,
    );
    const { plugins } = JSON.parse((await home.run(['list', '--output', 'json'])).out);
    assert.deepEqual(
      plugins.map(({ name, version, code: why }: Readonly<Record<string, string>>) => [name, version, why]),
      [
        ['broken', undefined, 'UNAVAILABLE'],
        ['foo', '1.0.0', undefined],
        ['void', undefined, 'FILE'],
      ],
    );
  });
});

describe('plugin uninstall', () => {
  test('asks first', async (t) => {
    const home = await installed(t);
    const question = 'Are you sure you want to uninstall plugin "foo"? [y/N] ';
    assert.deepEqual((await home.run(['uninstall', 'foo'], 'n\n')).out, `${question}Operation cancelled.\n`);
    assert.deepEqual((await home.run(['uninstall', 'foo'])).out, question);
    assertPlugins(home, ['foo']);
    assert.equal((await home.run(['remove', 'foo'], 'y\n')).out, `${question}Successfully uninstalled plugin foo\n`);
    assertPlugins(home, []);
  });

  for (const [words, says] of [
    [['-y', 'bar'], /unable to find plugin bar/],
    [['-y', '../plugins/foo'], /expected the name of a plugin/],
    [['-y', '.'], /expected the name of a plugin/],
    [['-y', ''], /expected the name of a plugin/],
    [['-y', 'foo/'], /expected the name of a plugin/],
    [['-y', 'foo', 'bar'], /only one plugin can be removed at a time/],
    [[], /plugin name is required/],
  ] as const)
    test(`refuses ${JSON.stringify(words)}`, async (t) => {
      const home = await installed(t);
      await assertRefused(home, ['rm', ...words], says);
      assertPlugins(home, ['foo']);
    });
});
