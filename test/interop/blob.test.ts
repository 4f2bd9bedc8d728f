// A second host, notation-go's own blob signing, drives our plugin.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  type Result,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Authority, ec256, identity, makeAuthority, makeKey, rsa2048 } from './pki.ts';

const peers = needs('blob-host');

describe('notation-go signs blobs with our plugin', () => {
  let folder: string;
  let authority: Authority;
  let plugin: InstalledPlugin;
  let home: Notation;
  let stranger: Notation;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    authority = makeAuthority(folder, 'authority');
    plugin = await installPlugin(executableUnderTest(), folder);
    home = openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] });
    stranger = openNotation(folder, plugin, { roots: [makeAuthority(folder, 'stranger').certificate] });
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  for (const type of [rsa2048, ec256]) {
    for (const format of ['jws', 'cose']) {
      test(`${type.name} ${format}`, peers, async () => {
        const pair = makeKey(authority, type, `${type.name}-${format}`);
        const blob = join(folder, `${type.name}.${format}.blob`);
        const signature = `${blob}.sig`;
        writeFileSync(blob, `a blob for ${type.name} and ${format}\n`);

        const signed = await host(['sign', plugin.libexec, plugin.name, pair.key, format, blob, signature]);
        assert.deepEqual(signed, { code: 0, stdout: '', stderr: '' });
        const verified = await host(['verify', home.config, format, blob, signature]);
        assert.equal(verified.code, 0, verified.stderr);
        assert.match(verified.stdout, new RegExp(`signed by CN=${type.name}-${format},`));

        assert.equal((await host(['verify', stranger.config, format, blob, signature])).code, 1, 'another root must not do');
        const tampered = `${blob}.tampered`;
        copyFileSync(blob, tampered);
        appendFileSync(tampered, '!');
        const refused = await host(['verify', home.config, format, tampered, signature]);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /integrity check failed|descriptor/i);
      });
    }
  }

  test('our sentence reaches its user', peers, async () => {
    const pair = makeKey(authority, ec256, 'unknown-option');
    const { code, stderr } = await host([
      'sign',
      plugin.libexec,
      plugin.name,
      pair.key,
      'jws',
      pair.chain,
      join(folder, 'never.sig'),
      'cert_chian=x',
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /cert_chian.*cert_chain/s);
  });

  async function host(arguments_: readonly string[]): Promise<Result> {
    return runProgram(openPeer('blob-host'), arguments_, { PATH: process.env['PATH'], HOME: folder });
  }
});
