// The plugins that signatures name, as a program that calls the library has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '../../../src/core/version.ts';
import { openHost } from '../../../src/library/host.ts';
import { pluginOpener } from '../../../src/library/plugin.ts';
import { fakeMetadata, writeFakePlugin } from '../../support/fake-plugin.ts';
import { temporaryFolder } from '../../support/key-files.ts';

test('are in the directory that the environment tells of, and see that environment alone', async (t) => {
  const libexec = temporaryFolder(t);
  const script = `echo '${JSON.stringify({ ...fakeMetadata, description: 'HOME' })}' | sed "s/HOME/home=$HOME of=$OF/"`;
  await writeFakePlugin(libexec, 'fake', { 'get-plugin-metadata': { script } });
  const environment = { NOTATION_LIBEXEC: libexec, PATH: process.env['PATH'], OF: 'mine' };
  const open = pluginOpener(openHost({ environment }), undefined);
  const plugin = await open('fake');
  assert.ok(plugin.kind === 'hosted');
  assert.equal(plugin.metadata.description, 'home= of=mine');
  await assert.rejects(open('absent'), { code: 'FILE', message: /found nothing there/ });
  await assert.rejects(open('../plugins/fake'), { code: 'REQUEST' });
});

test('are nowhere without an environment; this program is one all the same', async () => {
  const open = pluginOpener(openHost({}), undefined);
  await assert.rejects(open('fake'), { code: 'CONFIG', message: /a directory of notation's/ });
  assert.deepEqual(await open('ts-kms'), { kind: 'own', metadata: { name: 'ts-kms', version } });
});

test('are ended with the call', async (t) => {
  const libexec = temporaryFolder(t);
  await writeFakePlugin(libexec, 'fake', { 'get-plugin-metadata': { script: 'exec sleep 60' } });
  const controller = new AbortController();
  const host = openHost({ environment: { NOTATION_LIBEXEC: libexec, PATH: process.env['PATH'] } });
  const opening = pluginOpener(host, controller.signal)('fake');
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(opening, { code: 'ABORTED' });
});
