// The tool signs files; notation-go verifies them, and what notation-go signs the tool shows.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
import { type Authority, fingerprintOf, identity, type KeyPair, keyTypes, makeAuthority, makeKey } from './pki.ts';
import { runTool } from './tool-session.ts';

const peers = needs('blob-host');
const formats = ['jws', 'cose'] as const;

describe('the tool signs blobs', () => {
  let folder: string;
  let authority: Authority;
  let plugin: InstalledPlugin;
  let home: Notation;
  let stranger: Notation;
  const pairs = new Map<string, KeyPair>();

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    authority = makeAuthority(folder, 'authority');
    plugin = await installPlugin(executableUnderTest(), folder);
    for (const type of keyTypes) pairs.set(type.name, makeKey(authority, type));
    home = openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] });
    stranger = openNotation(folder, plugin, { roots: [makeAuthority(folder, 'stranger').certificate] });
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  for (const type of keyTypes) {
    for (const format of formats) {
      test(`${type.name} ${format}`, peers, async () => {
        const blob = await newBlob(`${type.name}-${format}.bin`, 3_000_000);
        const signature = `${blob}.${format}.sig`;
        const words = ['blob', 'sign', '--id', keyOf(type.name), '--signature-format', format, '--signature-directory', folder, blob];
        const signed = await runTool(home, words);
        assert.deepEqual(signed, {
          code: 0,
          stdout: `Successfully signed ${blob}\n Signature file written to ${signature}\n`,
          stderr: '',
        });
        assert.equal(statSync(signature).mode & 0o777, 0o600);
        const verified = await host(['verify', home.config, format, blob, signature]);
        assert.equal(verified.code, 0, verified.stderr);
        assert.equal((await host(['verify', stranger.config, format, blob, signature])).code, 1, 'another root must not do');
        const tampered = `${blob}.tampered`;
        copyFileSync(blob, tampered);
        appendFileSync(tampered, '!');
        assert.equal((await host(['verify', home.config, format, tampered, signature])).code, 1);
      });
    }
  }

  for (const format of formats) {
    test(`shows what notation-go signed, ${format}`, peers, async () => {
      const blob = await newBlob(`theirs-${format}.txt`, 10);
      const signature = `${blob}.${format}.sig`;
      const signed = await host(['sign', plugin.libexec, plugin.name, keyOf('ec-384'), format, blob, signature]);
      assert.equal(signed.code, 0, signed.stderr);
      const shown = await runTool(home, ['blob', 'inspect', '-o', 'json', signature]);
      assert.equal(shown.code, 0, shown.stderr);
      const found = JSON.parse(shown.stdout) as Record<string, Record<string, unknown>>;
      assert.equal(found['signatureAlgorithm'], 'ECDSA-SHA-384');
      assert.equal(found['signatureEnvelopeType'], format === 'jws' ? 'application/jose+json' : 'application/cose');
      assert.equal(found['signedAttributes']?.['contentType'], 'application/vnd.cncf.notary.payload.v1+json');
      assert.match(String(found['signedArtifact']?.['digest']), /^sha384:[0-9a-f]{96}$/);
      assert.equal(found['signedArtifact']?.['size'], 10);
      const { stdout: tree } = await runTool(home, ['blob', 'inspect', signature]);
      assert.match(tree, /^│ {3}└── signing agent: notation/m);
      assert.ok(tree.startsWith(`${signature}\n├── signature algorithm: ECDSA-SHA-384\n├── signature envelope type: application/`), tree);
      for (const print of [fingerprintOf(pairs.get('ec-384')?.leaf ?? ''), fingerprintOf(authority.certificate)])
        assert.ok(tree.includes(`SHA256 fingerprint: ${print}`), tree);
    });
  }

  test('metadata, expiry and media type are in the signature', peers, async () => {
    const blob = await newBlob('metadata.txt', 5);
    const more = ['-m', 'a=b', '-e', '1h', '--media-type', 'text/plain', '--signature-directory', folder];
    assert.equal((await runTool(home, ['blob', 'sign', '--id', keyOf('ec-256'), ...more, blob])).code, 0);
    const { stdout } = await runTool(home, ['blob', 'inspect', '-o', 'json', `${blob}.jws.sig`]);
    const found = JSON.parse(stdout) as Record<string, Record<string, string>>;
    assert.deepEqual(found['userDefinedAttributes'], { a: 'b' });
    assert.equal(found['signedArtifact']?.['mediaType'], 'text/plain');
    const { signingTime = '', expiry = '' } = found['signedAttributes'] ?? {};
    assert.equal(Date.parse(expiry) - Date.parse(signingTime), 3_600_000);
  });

  test('a signature file that is there is replaced only when that is wished', peers, async () => {
    const blob = await newBlob('twice.txt', 5);
    const words = ['blob', 'sign', '--id', keyOf('ec-256'), '--signature-directory', folder, blob];
    assert.equal((await runTool(home, words)).code, 0);
    const first = readFileSync(`${blob}.jws.sig`);
    const question = 'The signature file already exists, do you want to overwrite it? [y/N] ';
    assert.deepEqual(await runTool(home, words, {}, 'n\n'), { code: 0, stdout: `${question}Operation cancelled.\n`, stderr: '' });
    assert.deepEqual(await runTool(home, words), { code: 0, stdout: question, stderr: '' });
    assert.deepEqual(readFileSync(`${blob}.jws.sig`), first);
    assert.match((await runTool(home, words, {}, 'y\n')).stdout, /Successfully signed/);
    assert.notDeepEqual(readFileSync(`${blob}.jws.sig`), first);
    const forced = await runTool(home, [...words, '--force']);
    assert.deepEqual([forced.code, forced.stderr], [0, 'Warning: existing signature file will be overwritten\n']);
  });

  for (const [name, words, message] of [
    ['a blob that is not there', ['sign', 'absent.txt'], /^Error: absent\.txt: expected a regular file, found nothing/],
    ['a folder', ['sign', '/'], /^Error: \/: expected a regular file, found a folder/],
    ['no blob', ['sign'], /^Error: missing file path to the blob artifact; use notation-ts-kms blob sign --help/],
    ['a signature name without its format', ['inspect', 'x.sig'], /^Error: invalid signature filename "x\.sig"/],
    ['a signature that is not there', ['inspect', 'x.jws.sig'], /^Error: signature file x\.jws\.sig cannot be read: it does not exist/],
    ['another output', ['inspect', '-o', 'text', 'x.jws.sig'], /^Error: invalid format: "text"; write tree or json/],
  ] as const) {
    test(`refuses ${name}`, peers, async () => {
      const key = words[0] === 'sign' ? ['--id', keyOf('ec-256')] : [];
      const { code, stdout, stderr } = await runTool(home, ['blob', ...words, ...key]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  async function newBlob(name: string, bytes: number): Promise<string> {
    const path = join(folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, Buffer.alloc(bytes, name));
    return path;
  }

  function keyOf(name: string): string {
    return pairs.get(name)?.key ?? '';
  }

  async function host(arguments_: readonly string[]): Promise<Result> {
    return runProgram(openPeer('blob-host'), arguments_, { PATH: process.env['PATH'], HOME: folder });
  }
});
