// The library signs with keys of other plugins, of which the built executable is one.
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { openNotation, type PluginKey, requireVerified } from '../../src/index.ts';
import { writeFakePlugin } from '../support/fake-plugin.ts';
import { type Desk, openDesk } from '../support/library.ts';
import { executableUnderTest, installPlugin, openFolder, removeFolder } from '../support/notation.ts';

describe('a key of another plugin', { timeout: 120_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk(realpathSync(openFolder()));
    await installPlugin(executableUnderTest(), desk.folder);
  });
  after(() => removeFolder(desk.folder));

  const keyOf = (config: PluginKey['config']): PluginKey => ({ plugin: 'ts-kms', id: desk.keyPath, config });
  const open = () => openNotation({ environment: { NOTATION_LIBEXEC: desk.folder, PATH: process.env['PATH'] } });

  for (const [name, config] of [
    ['signs messages', {}],
    ['makes whole envelopes', { mode: 'envelope' }],
  ] as const) {
    test(name, async () => {
      const { signature } = await open().sign(desk.artifact, { key: keyOf(config), expirySeconds: 60, userMetadata: { by: name } });
      const outcome = await open().verify(desk.artifact, { trust: desk.trust, userMetadata: { by: name } });
      assert.equal(requireVerified(outcome).digest, signature.digest);
    });
  }

  test('signs a blob, but not as a whole envelope', async () => {
    const blob = Buffer.from('a blob');
    const signature = await open().sign({ blob }, { key: keyOf({}) });
    assert.equal(requireVerified(await open().verify({ blob, signature }, { trust: desk.blobTrust })).signed.size, 6);
    await assert.rejects(open().sign({ blob }, { key: keyOf({ mode: 'envelope' }) }), { code: 'REQUEST', message: /whole envelopes/ });
  });

  test('is refused with a timestamp for whole envelopes, without a directory, and for a plugin that is not there', async () => {
    const timestamp = { url: 'http://tsa.test/', root: desk.root };
    await assert.rejects(open().sign(desk.artifact, { key: keyOf({ mode: 'envelope' }), timestamp }), {
      code: 'REQUEST',
      message: /timestamp/,
    });
    await assert.rejects(openNotation().sign(desk.artifact, { key: keyOf({}) }), { code: 'CONFIG' });
    await assert.rejects(open().sign(desk.artifact, { key: { plugin: 'absent', id: 'k' } }), { code: 'FILE' });
    await assert.rejects(open().sign(desk.artifact, { key: { plugin: '../ts-kms', id: 'k' } }), { code: 'REQUEST' });
  });

  test('is no longer waited for when its signal comes, and its process is gone', { skip: process.platform === 'win32' }, async () => {
    await writeFakePlugin(desk.folder, 'slow', { 'get-plugin-metadata': { script: 'echo $$ >"$here/pid"; exec sleep 60' } });
    const controller = new AbortController();
    const signing = open().sign(desk.artifact, { key: { plugin: 'slow', id: 'k' }, signal: controller.signal });
    const pid = await Promise.race([signing, pidIn(`${desk.folder}/plugins/slow/pid`)]);
    controller.abort();
    await assert.rejects(signing, { code: 'ABORTED' });
    while (isRunning(Number(pid))) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

async function pidIn(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  for (;;) {
    const text = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (text !== '') return text;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
