// The tool verifies the signatures of files; notation-go comes to the same, and the texts are those of notation 2.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseCertificates } from '../../src/x509/bundle.ts';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  type Result,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Authority, identity, type KeyPair, keyTypes, makeAuthority, makeKey } from './pki.ts';
import { runTool } from './tool-session.ts';
import { openHome, writeBlobPolicy } from './verification.ts';

const peers = needs('blob-host');
const formats = ['jws', 'cose'] as const;

describe('the tool verifies blobs', () => {
  let folder: string;
  let authority: Authority;
  let plugin: InstalledPlugin;
  let home: Notation;
  let stranger: Notation;
  let blob: string;
  const pairs = new Map<string, KeyPair>();

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    authority = makeAuthority(folder, 'authority');
    plugin = await installPlugin(executableUnderTest(), folder);
    for (const type of keyTypes) pairs.set(type.name, makeKey(authority, type));
    home = trusting(authority);
    stranger = trusting(makeAuthority(folder, 'stranger'));
    blob = newBlob('blob.bin');
    await signByTool(blob, '-m', 'a=b', '--media-type', 'text/plain');
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  for (const type of keyTypes) {
    for (const format of formats) {
      test(`${type.name} ${format}, signed by notation-go`, peers, async () => {
        const signed = newBlob(`${type.name}-${format}.bin`);
        const signature = `${signed}.${format}.sig`;
        const made = await host(['sign', plugin.libexec, plugin.name, pairs.get(type.name)?.key ?? '', format, signed, signature]);
        assert.equal(made.code, 0, made.stderr);
        assert.deepEqual(await bothVerify(home, format, signed, signature), {
          code: 0,
          stdout: `Successfully verified signature for ${signed}\n`,
          stderr: '',
        });
        const untrusted = await bothVerify(stranger, format, signed, signature);
        assert.match(
          untrusted.stderr,
          /^The signature was rejected: authenticity\n {2}signed by: [\s\S]*\nError: signature verification failed: /,
        );
        const tampered = newBlob(`${type.name}-${format}-tampered.bin`, 'another');
        const changed = await bothVerify(home, format, tampered, signature);
        assert.match(changed.stderr, /^The signature was rejected: artifact\n[\s\S]* {2}expected: +the digest "sha/);
      });
    }
  }

  test('metadata, media type and the name of a statement', peers, async () => {
    const ours = (...options: readonly string[]) => verify(home, ...options, '-s', `${blob}.jws.sig`, blob);
    const success = `Successfully verified signature for ${blob}\n\nThe artifact was signed with the following user metadata.\n\nKEY   VALUE   \na     b       \n`;
    for (const options of [[], ['-m', 'a=b'], ['--media-type', 'text/plain'], ['--policy-name', 'interop']])
      assert.deepEqual(await ours(...options), { code: 0, stdout: success, stderr: '' }, options.join(' '));
    assert.match((await ours('-m', 'a=c')).stderr, /^The signature was rejected: user metadata\n/);
    assert.match((await ours('--media-type', 'text/html')).stderr, /expected: +the media type "text\/html"\n {2}found: +"text\/plain"\n/);
    assert.match(
      (await ours('--policy-name', 'nobody')).stderr,
      /^Error: signature verification failed: no applicable blob trust policy: .*"nobody"/,
    );
    assert.deepEqual(await ours('--policy-name', 'skipping'), {
      code: 0,
      stdout: `Trust policy is configured to skip signature verification for ${blob}\n`,
      stderr: '',
    });
  });

  test('what only is logged is warned of', peers, async () => {
    const { code, stdout, stderr } = await verify(stranger, '--policy-name', 'auditing', '--signature', `${blob}.jws.sig`, blob);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Successfully verified signature for /);
    assert.match(stderr, /^Warning: authenticity was set to "log" and failed with error: certificate "CN=ec-256,.*\n$/);
  });

  test('the evidence as JSON', peers, async () => {
    const { code, stdout } = await verify(home, '-o', 'json', '-s', `${blob}.jws.sig`, blob);
    const found = JSON.parse(stdout);
    assert.deepEqual(
      [code, found.status, found.blob, found.signature, found.statement.name],
      [0, 'verified', blob, `${blob}.jws.sig`, 'interop'],
    );
    assert.deepEqual(found.signatures[0].userMetadata, { a: 'b' });
    const bad = await verify(stranger, '-o', 'json', '-s', `${blob}.jws.sig`, blob);
    assert.deepEqual([bad.code, JSON.parse(bad.stdout).status, JSON.parse(bad.stdout).code], [1, 'rejected', 'UNVERIFIED']);
    assert.match(bad.stderr, /^Error: signature verification failed: certificate /);
  });

  test('a name that tells the format in capitals, as for notation 2', peers, async () => {
    copyFileSync(`${blob}.jws.sig`, join(folder, 'OTHER.JWS.SIG'));
    assert.equal((await verify(home, '-s', join(folder, 'OTHER.JWS.SIG'), blob)).code, 0);
  });

  // Keywords of notation's own end-to-end tests.
  test('with -d it says which statement and which envelope', peers, async () => {
    const { stderr } = await verify(home, '-d', '-s', `${blob}.jws.sig`, blob);
    for (const keyword of ['Verify signature of media type application/jose+json', 'Name:interop'])
      assert.ok(stderr.includes(keyword), stderr);
  });

  const refused: Readonly<Record<string, readonly [words: readonly string[], message: RegExp]>> = {
    'no blob': [[], /^Error: missing path to the blob artifact; use notation-ts-kms blob verify --help/],
    'no signature': [['BLOB'], /^Error: filepath of the signature cannot be empty; /],
    'a signature without its format': [
      ['-s', 'blobFile.sig', 'BLOB'],
      /^Error: invalid signature filename blobFile\.sig\. A valid signature file name must contain signature format and \.sig file extension; /,
    ],
    'a signature of another extension': [
      ['-s', 'x.jws', 'BLOB'],
      /^Error: invalid signature filename x\.jws\. The file extension must be \.sig; /,
    ],
    'a signature of another format': [['-s', 'x.pgp.sig', 'BLOB'], /^Error: signature format "pgp" not supported; /],
    'a signature that is not there': [['-s', 'x.jws.sig', 'BLOB'], /^Error: signature file x\.jws\.sig cannot be read: it does not exist/],
    'a blob that is not there': [['-s', 'SIGNATURE', 'absent.bin'], /^Error: absent\.bin: expected a regular file, found nothing/],
    'an empty media type': [['--media-type', '', '-s', 'SIGNATURE', 'BLOB'], /^Error: --media-type is set but with empty value; /],
    'metadata without a value': [
      ['-m', 'invalid', '-s', 'SIGNATURE', 'BLOB'],
      /^Error: could not parse flag user-metadata: key-value pair requires "=" as separator; /,
    ],
    'an option of a plugin without a value': [
      ['--plugin-config', 'invalid', '-s', 'SIGNATURE', 'BLOB'],
      /^Error: could not parse flag plugin-config: key-value pair requires "=" as separator; /,
    ],
  };
  for (const [name, [words, message]] of Object.entries(refused))
    test(`refuses ${name}`, peers, async () => {
      const said = words.map((word) => (word === 'BLOB' ? blob : word === 'SIGNATURE' ? `${blob}.jws.sig` : word));
      const { code, stdout, stderr } = await verify(home, ...said);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });

  test('no policy for blobs', peers, async () => {
    const bare = openHome(folder, [], {});
    rmSync(join(bare.config, 'trustpolicy.blob.json'));
    assert.match((await verify(bare, '-s', `${blob}.jws.sig`, blob)).stderr, /^Error: trust policy is not present: .*blob policy init/);
  });

  function trusting({ certificate }: Authority): Notation {
    const opened = openHome(folder, [], { 'ca:interop': parseCertificates(readFileSync(certificate), certificate) }, plugin);
    const trust = { trustStores: ['ca:interop'], trustedIdentities: [identity] };
    writeBlobPolicy(opened, [
      { name: 'interop', globalPolicy: true, signatureVerification: { level: 'strict' }, ...trust },
      { name: 'auditing', signatureVerification: { level: 'audit' }, ...trust },
      { name: 'skipping', signatureVerification: { level: 'skip' } },
    ]);
    return opened;
  }

  function newBlob(name: string, content = name): string {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(3_000_000, content));
    return path;
  }

  async function signByTool(path: string, ...options: readonly string[]): Promise<void> {
    const words = ['blob', 'sign', '--id', pairs.get('ec-256')?.key ?? '', '--signature-directory', folder, ...options, path];
    const { code, stderr } = await runTool(home, words);
    assert.equal(code, 0, stderr);
  }

  function verify(by: Notation, ...words: readonly string[]): Promise<Result> {
    return runTool(by, ['blob', 'verify', ...words]);
  }

  /** Verifies with notation-go as well, which says nothing but the verdict. */
  async function bothVerify(by: Notation, format: string, path: string, signature: string): Promise<Result> {
    const theirs = await host(['verify', by.config, format, path, signature]);
    const ours = await verify(by, '--media-type', 'application/octet-stream', '--signature', signature, path);
    assert.equal(ours.code, theirs.code, `${ours.stderr}\n${theirs.stderr}`);
    return ours;
  }

  function host(arguments_: readonly string[]): Promise<Result> {
    return runProgram(openPeer('blob-host'), arguments_, { PATH: process.env['PATH'], HOME: folder });
  }
});
