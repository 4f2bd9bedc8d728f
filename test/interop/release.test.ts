// The signature of a release is checked by the README's very commands, with the tool and with openssl alone, and by notation-go; each sees what is wrong.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readRecipe } from '../../scripts/release/recipe.ts';
import { checkRelease, type Signing, signChecksums, throwAwayKey } from '../../scripts/release/signature.ts';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  openFolder,
  openNotation,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Authority, identity, keyTypes, makeAuthority, makeKey } from './pki.ts';

const checksums = 'notation-ts-kms_9.9.9_checksums.txt';

describe('the signature of a release', () => {
  let folder: string;
  let authority: Authority;
  let root: X509Certificate;
  before(() => {
    folder = openFolder();
    authority = makeAuthority(folder, 'authority');
    root = new X509Certificate(readFileSync(authority.certificate));
  });
  after(() => removeFolder(folder));

  for (const type of keyTypes) {
    test(`of a ${type.name} key is good for the tool and for openssl`, () => {
      const signing = openRelease(folder);
      const leaf = sign(signing, makeKey(authority, type, type.name).key);
      const said = checkRelease(signing, leaf, root);
      assert.match(said, /Successfully verified signature for/);
      assert.match(
        said,
        /chain\.pem: OK\nsubject=.*interop.*\nVerified OK\nnotation-ts-kms_9\.9\.9_checksums\.txt: OK\nfile\.tar\.gz: OK\n$/,
      );
    });
  }

  test('of a throw-away key too', () => {
    const signing = openRelease(folder);
    const [leaf] = signChecksums(signing, throwAwayKey(mkdtempSync(join(folder, 'key-')), signing.program));
    assert.ok(leaf !== undefined && /Verified OK/.test(checkRelease(signing, leaf, leaf)));
  });

  test('is good for notation-go', needs('blob-host'), async () => {
    const signing = openRelease(folder);
    sign(signing, makeKey(authority, keyTypes[1] ?? raise(), 'for-notation-go').key);
    const plugin: InstalledPlugin = await installPlugin(executableUnderTest(), folder);
    const home = openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] });
    const blob = join(signing.release, checksums);
    const verified = await runProgram(openPeer('blob-host'), ['verify', home.config, 'jws', blob, `${blob}.jws.sig`], {
      HOME: home.folder,
    });
    assert.match(verified.stdout, /^verified notation-ts-kms_9\.9\.9_checksums\.txt signed by CN=for-notation-go/, verified.stderr);
  });

  const faults: Readonly<Record<string, { readonly openssl: RegExp; spoil(signing: Signing): void }>> = {
    'other checksums': {
      openssl: /Verified OK\nnotation-ts-kms_9\.9\.9_checksums\.txt: FAILED\n.*\n$/,
      spoil: ({ release }) => writeFileSync(join(release, checksums), sumsOf('another file')),
    },
    'another payload': { openssl: /Verification failure/, spoil: (signing) => rewrite(signing, 'payload', (text) => `${text}AA`) },
    'another signature': {
      openssl: /Verification failure/,
      spoil: (signing) => rewrite(signing, 'signature', (text) => text.replace(/^..../, 'AAAA')),
    },
    'another file': {
      openssl: /checksums\.txt: OK\nfile\.tar\.gz: FAILED/,
      spoil: ({ release }) => writeFileSync(join(release, 'file.tar.gz'), 'changed'),
    },
  };
  for (const [name, { openssl, spoil }] of Object.entries(faults)) {
    test(`is refused with ${name}`, () => {
      for (const type of [keyTypes[0] ?? raise(), keyTypes[3] ?? raise()]) {
        const signing = openRelease(folder);
        const leaf = sign(signing, makeKey(authority, type, `${type.name}-${name.replaceAll(' ', '-')}`).key);
        spoil(signing);
        assert.throws(() => checkRelease(signing, leaf, root));
        assert.match(followOpenssl(signing, leaf, root), openssl);
      }
    });
  }

  test('is refused with another root, whatever the machine trusts', () => {
    const signing = openRelease(folder);
    const leaf = sign(signing, makeKey(authority, keyTypes[0] ?? raise(), 'strange').key);
    const other = new X509Certificate(readFileSync(makeAuthority(folder, 'other').certificate));
    assert.throws(() => checkRelease(signing, leaf, other));
    assert.match(followOpenssl(signing, leaf, other), /verification failed/);
  });
});

/** A release of one file. */
function openRelease(folder: string): Signing {
  const release = mkdtempSync(join(folder, 'release-'));
  writeFileSync(join(release, 'file.tar.gz'), 'file');
  writeFileSync(join(release, checksums), sumsOf('file'));
  return { program: executableUnderTest(), release, checksums };
}

function sumsOf(content: string): string {
  return `${createHash('sha256').update(content).digest('hex')}  file.tar.gz\n`;
}

function sign(signing: Signing, key: string): X509Certificate {
  return signChecksums(signing, ['--id', key])[0] ?? raise();
}

function rewrite({ release }: Signing, member: 'payload' | 'signature', change: (text: string) => string): void {
  const path = join(release, `${checksums}.jws.sig`);
  const envelope: Record<string, string> = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...envelope, [member]: change(envelope[member] ?? '') }));
}

/** What openssl's half of the recipe says until it fails, on both streams. */
function followOpenssl({ release }: Signing, leaf: X509Certificate, trusted: X509Certificate): string {
  const folder = join(release, 'check');
  mkdirSync(folder);
  for (const file of [checksums, `${checksums}.jws.sig`, 'file.tar.gz']) copyFileSync(join(release, file), join(folder, file));
  writeFileSync(join(folder, 'release.crt'), trusted.toString());
  const commands = readRecipe().openssl[leaf.publicKey.asymmetricKeyType === 'rsa' ? 'RSA' : 'EC'];
  const words = ['-c', `exec 2>&1; set -e; ${commands.replace(/notation-ts-kms_0\.1\.0_checksums\.txt/g, checksums)}`];
  try {
    execFileSync('sh', words, { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
  return raise();
}

function raise(): never {
  throw new Error('expected otherwise');
}
