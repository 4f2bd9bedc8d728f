// The signature of the checksums: made with the program that is released, and checked as the README tells its readers to.
import { execFileSync, type StdioOptions } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { named, readRecipe } from './recipe.ts';

/** What the tool says goes to the user. */
const stdio: StdioOptions = ['ignore', 'inherit', 'inherit'];

export interface Signing {
  /** Path of the executable. */
  readonly program: string;
  /** Folder with the files of the release. */
  readonly release: string;
  /** Name of the file that is signed. */
  readonly checksums: string;
}

/** Makes a key and a certificate that are good for nothing but a rehearsal; answers the options of `blob sign` that name them. */
export function throwAwayKey(folder: string, program: string): readonly string[] {
  const key = join(folder, 'throw-away.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const certificate = ['--subject', named.identity, '--days', '1', '--out', join(folder, 'throw-away.crt')];
  execFileSync(program, ['key', 'self-signed', '--id', key, ...certificate], { stdio });
  return ['--id', key];
}

/** Signs the checksums; `options` are those of `blob sign` that name the key. Answers the certificates that signed, leaf first. */
export function signChecksums({ program, release, checksums }: Signing, options: readonly string[]): readonly X509Certificate[] {
  const how = [...options, '--signature-format', 'jws', '--signature-directory', release];
  execFileSync(program, ['blob', 'sign', ...how, join(release, checksums)], { stdio });
  const envelope = readFileSync(join(release, `${checksums}.jws.sig`), 'utf8');
  const { header } = JSON.parse(envelope) as { readonly header: { readonly x5c: readonly string[] } };
  return header.x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')));
}

/**
 * Follows the README's recipe, with the tool and with openssl, in a new folder with links to the files of the release.
 * @param leaf certificate that is to have signed
 * @param trusted certificate that its chain is to end in
 * @returns what the commands said
 * @throws Error where a command of it fails
 */
export function checkRelease({ program, release, checksums }: Signing, leaf: X509Certificate, trusted: X509Certificate): string {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-check-'));
  try {
    for (const file of readdirSync(release)) symlinkSync(join(release, file), join(folder, file));
    writeFileSync(join(folder, named.certificate), trusted.toString());
    mkdirSync(join(folder, 'bin'));
    symlinkSync(program, join(folder, 'bin', 'notation-ts-kms'));
    const { tool, openssl } = readRecipe();
    const kind = leaf.publicKey.asymmetricKeyType === 'rsa' ? 'RSA' : 'EC';
    const blocks = [tool.replace(named.identity, subjectOf(leaf)), openssl[kind]];
    return blocks.map((commands) => follow(commands.replaceAll(named.checksums, checksums), folder)).join('');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs shell commands of which none may fail, for somebody who has nothing yet. */
function follow(commands: string, folder: string): string {
  const path = `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`;
  const env = { PATH: path, HOME: folder, NOTATION_CONFIG: join(folder, 'notation') };
  return execFileSync('sh', ['-ec', commands], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A subject as a trusted identity writes it. */
function subjectOf({ subject }: X509Certificate): string {
  return subject.split('\n').join(', ');
}
