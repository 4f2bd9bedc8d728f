// Killed in the middle of signing, at fifty moments (layouts are killed in registry/layout.test.ts): every file is whole afterwards, and the next run completes.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  executableUnderTest,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  pushArtifact,
  removeFolder,
} from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { startRegistry } from '../support/registry.ts';
import { ec256, identity, makeAuthority, makeKey } from './pki.ts';
import { assertSignedBy, runTool } from './tool-session.ts';

const peers = needs('notation', 'oras', 'docker-registry');
const moments = 50;

describe('killed while it signs', () => {
  let folder: string;
  let home: Notation;
  let key: string;
  /** How long one whole run takes here: the moments are spread over that. */
  let wholeMs: number;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    const authority = makeAuthority(folder, 'authority');
    key = makeKey(authority, ec256).key;
    home = openNotation(folder, await installPlugin(executableUnderTest(), folder), {
      roots: [authority.certificate],
      identities: [identity],
    });
    const began = performance.now();
    await runTool(home, ['key', 'describe', '--id', key]);
    wholeMs = 2 * (performance.now() - began);
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  test('in a registry whose index under the referrers tag is written each time', peers, async () => {
    const registry = await startRegistry('docker-registry');
    try {
      const reference = await pushArtifact(`${registry.host}/killed`, 'killed', folder);
      const words = ['sign', '--id', key, reference];
      for (let moment = 0; moment < moments; moment += 1) await killAt(words, (2 * wholeMs * moment) / moments);
      assertSignedBy(await runTool(home, words), reference);
      const { code, stderr } = await home.run(['verify', reference]);
      assert.equal(code, 0, stderr);
    } finally {
      await registry.stop();
    }
  });

  test('a signature file', peers, async () => {
    const place = join(folder, 'blobs');
    mkdirSync(place);
    const blob = join(place, 'blob.bin');
    writeFileSync(blob, Buffer.alloc(20_000_000, 'blob'));
    const signature = `${blob}.jws.sig`;
    const words = ['blob', 'sign', '--id', key, '--force', '--signature-directory', place, blob];
    for (let moment = 0; moment < moments; moment += 1) {
      await killAt(words, (2 * wholeMs * moment) / moments);
      if (existsSync(signature)) assertWholeJson(signature);
    }
    assert.equal((await runTool(home, words)).code, 0);
    assertWholeJson(signature);
  });

  test("notation's key list", peers, async () => {
    const list = join(home.config, 'signingkeys.json');
    for (let moment = 0; moment < moments; moment += 1) {
      await killAt(['key', 'add', `key-${moment}`, '--plugin', 'ts-kms', '--id', key], (wholeMs * moment) / moments);
      if (existsSync(list)) assertWholeJson(list);
    }
    const { code, stderr } = await runTool(home, ['key', 'add', 'last', '--plugin', 'ts-kms', '--id', key]);
    assert.equal(code, 0, stderr);
    assert.match((await home.run(['key', 'ls'])).stdout, /^last /m);
  });

  /** Runs the tool and kills it after so many milliseconds, unless it has ended by then. */
  async function killAt(words: readonly string[], milliseconds: number): Promise<void> {
    const env = { PATH: process.env['PATH'], HOME: home.folder, NOTATION_CONFIG: home.config };
    const child: ChildProcess = spawn(executableUnderTest(), words, { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await Promise.race([sleep(milliseconds), ended]);
    child.kill('SIGKILL');
    await ended;
  }
});

function assertWholeJson(path: string): void {
  assert.doesNotThrow(() => JSON.parse(readFileSync(path, 'utf8')), path);
}
