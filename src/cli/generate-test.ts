// Throw-away keys and certificates to begin with, in the files where `notation certificate generate-test` puts them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Algorithm, algorithmBy, supportedKeySpecs } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
import { publicKeyInfoOf, signWith } from '../kms/private-key.ts';
import { type Directories, directoriesOf } from '../store/directories.ts';
import { disk } from '../store/disk.ts';
import { addSigningKey, checkKeyNameIsFree, signingKeysPath } from '../store/signing-keys.ts';
import { checkStoreName, trustStorePath } from '../store/trust-store.ts';
import { writeWhole } from '../store/write.ts';
import { toPem } from '../x509/bundle.ts';
import { issueCertificate, selfSignedCodeSigningDraft } from '../x509/issue.ts';
import type { ToolContext } from './context.ts';

export interface GenerateTest {
  readonly name: string;
  readonly keySpec: string;
  readonly asDefault: boolean;
  /** Whether the certificate also goes into the trust store `ca:{name}`. */
  readonly trusted: boolean;
}

const hours = 24;

/** Every file that the command writes. */
interface Paths {
  readonly key: string;
  readonly certificate: string;
  readonly trusted: string;
  readonly list: string;
}

/** Makes a key and a self-signed certificate valid for 24 hours, and tells notation of both. @throws NotationError `REQUEST`, `CONFIG`, `FILE` */
export async function generateTest(wanted: GenerateTest, context: ToolContext): Promise<number> {
  const algorithm = algorithmOf(wanted.keySpec);
  const paths = pathsOf(directoriesOf(context), checkStoreName(wanted.name));
  const made = newFiles(paths, wanted);
  await checkKeyNameIsFree(paths.list, disk, wanted.name);
  await checkNothingIsThere(made);
  const key = generateKey(algorithm);
  context.out(`generated ${algorithm.keySpec} key\n`);
  const draft = selfSignedCodeSigningDraft(wanted.name, publicKeyInfoOf(key), context.now(), hours);
  const certificate = toPem([await issueCertificate(draft, async (tbs) => signWith(key, algorithm, tbs))]);
  await write(paths, wanted, { key, certificate, expires: draft.notAfter }, context).catch(async (error: unknown) => {
    // None of them was there before: what is half-made goes.
    await Promise.all(made.map((path) => rm(path, { force: true }).catch(() => undefined)));
    throw error;
  });
  return 0;
}

interface Generated {
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
  readonly expires: Date;
}

async function write(paths: Paths, wanted: GenerateTest, { key, certificate, expires }: Generated, context: ToolContext): Promise<void> {
  await writeWhole(paths.key, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  context.out(`wrote key: ${paths.key}\n`);
  await writeWhole(paths.certificate, certificate, 0o644);
  context.out(`wrote certificate: ${paths.certificate} (expires ${expires.toISOString()})\n`);
  if (wanted.trusted) {
    await writeWhole(paths.trusted, certificate, 0o600);
    context.out(`Successfully added ${wanted.name}.crt to named store ${wanted.name} of type ca\n`);
  }
  await addSigningKey(paths.list, disk, { name: wanted.name, keyPath: paths.key, certPath: paths.certificate }, wanted.asDefault);
  context.out(`${wanted.name}: added to the key list\n${wanted.asDefault ? `${wanted.name}: marked as default signing key\n` : ''}`);
}

function pathsOf(directories: Directories, name: string): Paths {
  const local = join(directories.config, 'localkeys');
  return {
    key: join(local, `${name}.key`),
    certificate: join(local, `${name}.crt`),
    trusted: trustStorePath(directories, 'ca', name, `${name}.crt`),
    list: signingKeysPath(directories),
  };
}

/** The files that the command makes; the key list is only added to. */
function newFiles(paths: Paths, wanted: GenerateTest): readonly string[] {
  return [paths.key, paths.certificate, ...(wanted.trusted ? [paths.trusted] : [])];
}

async function checkNothingIsThere(made: readonly string[]): Promise<void> {
  for (const path of made) {
    if ((await disk.look(path)) === undefined) continue;
    throw new NotationError('FILE', `${path}: expected no such file, found one`, { hint: 'choose another name, or remove the file' });
  }
}

function algorithmOf(keySpec: string): Algorithm {
  const algorithm = algorithmBy('keySpec', keySpec.toUpperCase());
  if (algorithm !== undefined) return algorithm;
  throw new NotationError('REQUEST', `key spec ${JSON.stringify(keySpec)}: expected one of ${supportedKeySpecs}`);
}

function generateKey(algorithm: Algorithm): KeyObject {
  if (algorithm.kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: algorithm.bits }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: `P-${algorithm.bits}` }).privateKey;
}
