// Images that buildah built and skopeo copied, in docker's format and in OCI's: the tool signs them where they lie, and notation verifies.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  executableUnderTest,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  oras,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { ec256, identity, makeAuthority, makeKey } from './pki.ts';
import { assertSignedBy, runTool } from './tool-session.ts';

const peers = needs('notation', 'oras', 'docker-registry', 'ocireg', 'skopeo', 'buildah');

describe('images that others built', () => {
  let folder: string;
  let home: Notation;
  let key: string;
  let built: Registry;
  let copied: Registry;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    writeFileSync(join(folder, 'registries.conf'), '');
    const authority = makeAuthority(folder, 'authority');
    key = makeKey(authority, ec256).key;
    home = openNotation(folder, await installPlugin(executableUnderTest(), folder), {
      roots: [authority.certificate],
      identities: [identity],
    });
    [built, copied] = await Promise.all([startRegistry('docker-registry'), startRegistry('ocireg')]);
    await buildah('from', '--name', 'working', '--signature-policy', join(folder, 'policy.json'), 'scratch');
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', 'hello.txt'), 'hello');
    await buildah('copy', 'working', join(folder, 'files', 'hello.txt'), '/hello.txt');
    await buildah('commit', '--signature-policy', join(folder, 'policy.json'), 'working', 'built');
  });
  after(async () => {
    await Promise.all([built?.stop(), copied?.stop()]);
    if (folder !== undefined) removeFolder(folder);
  });

  for (const [format, mediaType] of [
    ['v2s2', 'application/vnd.docker.distribution.manifest.v2+json'],
    ['oci', 'application/vnd.oci.image.manifest.v1+json'],
  ] as const) {
    test(`${format}: where it was pushed, where it was copied, and in a layout`, peers, async () => {
      const pushed = `${built.host}/built:${format}`;
      const policy = ['--signature-policy', join(folder, 'policy.json')];
      await buildah('push', ...policy, '--tls-verify=false', '--format', format, 'built', `docker://${pushed}`);
      const there = await byDigest(pushed);
      assert.equal((JSON.parse(await manifestOf(there)) as { readonly mediaType: string }).mediaType, mediaType);
      await signAndVerify(there);

      const copy = `${copied.host}/copied:${format}`;
      await skopeo(
        'copy',
        '--preserve-digests',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        `docker://${pushed}`,
        `docker://${copy}`,
      );
      const here = await byDigest(copy);
      assert.equal(here.slice(here.indexOf('@')), there.slice(there.indexOf('@')), 'the same image');
      const unsigned = await runTool(home, ['ls', here]);
      assert.match(unsigned.stdout, /has no associated signature/, 'a copy leaves signatures behind');
      await signAndVerify(here);

      const layout = join(folder, `layout-${format}`);
      await skopeo('copy', '--src-tls-verify=false', `docker://${pushed}`, `oci:${layout}:v1`);
      const { stdout } = await oras(['resolve', '--oci-layout', `${layout}:v1`], folder);
      const inside = `${layout}@${stdout.trim()}`;
      assertSignedBy(await runTool(home, ['sign', '--oci-layout', '--id', key, inside]), inside);
      const verified = await home.run(['verify', '--oci-layout', '--scope', 'local/image', inside], { NOTATION_EXPERIMENTAL: '1' });
      assert.equal(verified.code, 0, verified.stderr);
      // Its own tools still find the image in it.
      await skopeo('inspect', `oci:${layout}:v1`);
    });
  }

  async function signAndVerify(reference: string): Promise<void> {
    assertSignedBy(await runTool(home, ['sign', '--id', key, reference]), reference);
    const { code, stderr } = await home.run(['verify', reference]);
    assert.equal(code, 0, stderr);
  }

  async function byDigest(reference: string): Promise<string> {
    const { code, stdout, stderr } = await oras(['resolve', reference], folder);
    assert.equal(code, 0, stderr);
    return `${reference.slice(0, reference.lastIndexOf(':'))}@${stdout.trim()}`;
  }

  async function manifestOf(reference: string): Promise<string> {
    return (await oras(['manifest', 'fetch', reference], folder)).stdout;
  }

  async function buildah(...words: readonly string[]): Promise<void> {
    const places = ['--root', join(folder, 'graph'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    await run('buildah', ['--registries-conf', join(folder, 'registries.conf'), ...places, ...words]);
  }

  async function skopeo(...words: readonly string[]): Promise<void> {
    await run('skopeo', ['--policy', join(folder, 'policy.json'), ...words]);
  }

  async function run(peer: 'buildah' | 'skopeo', words: readonly string[]): Promise<void> {
    const environment = {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
    };
    const { code, stderr } = await runProgram(openPeer(peer), words, environment);
    assert.equal(code, 0, stderr);
  }
});
