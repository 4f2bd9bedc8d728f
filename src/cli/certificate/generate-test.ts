// Throw-away keys and certificates to begin with, in the files where `notation certificate generate-test` puts them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Algorithm, algorithmBy, algorithms, supportedKeySpecs } from '../../core/algorithm.ts';
import { NotationError } from '../../core/error.ts';
import { meantOf } from '../../core/nearest.ts';
import { publicKeyInfoOf, signWith } from '../../kms/private-key.ts';
import { type Directories, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { changeSigningKeys, withKey } from '../../store/signing-key-changes.ts';
import { checkKeyNameIsFree, readSigningKeys, signingKeysPath } from '../../store/signing-keys.ts';
import { checkStoreName, trustStorePath } from '../../store/trust-store.ts';
import { addTrustedFile } from '../../store/trust-store-changes.ts';
import { createWhole, writeWhole } from '../../store/write.ts';
import { toPem } from '../../x509/bundle.ts';
import { issueCertificate, selfSignedCodeSigningDraft } from '../../x509/issue/issue.ts';
import type { ToolContext } from '../context.ts';

export interface GenerateTest {
  readonly name: string;
  readonly keySpec: string;
  readonly asDefault: boolean;
  /** Whether the certificate also goes into the trust store `ca:{name}`. */
  readonly trusted: boolean;
}

const hours = 24;

/** Every file that the command writes. */
export interface TestKeyPaths {
  readonly key: string;
  readonly certificate: string;
  readonly trusted: string;
  readonly list: string;
}

/** Makes a key and a self-signed certificate valid for 24 hours, and tells notation of both. @throws NotationError `REQUEST`, `CONFIG`, `FILE` */
export async function generateTest(wanted: GenerateTest, context: ToolContext): Promise<number> {
  const algorithm = algorithmOf(wanted.keySpec);
  const paths = testKeyPaths(directoriesOf(context), checkStoreName(wanted.name, 'name'));
  const made = newFiles(paths, wanted);
  checkKeyNameIsFree(await readSigningKeys(paths.list, disk), wanted.name);
  await checkNothingIsThere(made);
  context.out(algorithm.kind === 'RSA' ? `generating RSA Key with ${algorithm.bits} bits\n` : `generating ${algorithm.keySpec} key\n`);
  const key = generateKey(algorithm);
  const draft = selfSignedCodeSigningDraft(wanted.name, publicKeyInfoOf(key), context.now(), hours);
  const certificate = toPem([await issueCertificate(draft, async (tbs) => signWith(key, algorithm, tbs))]);
  context.out(`generated certificate expiring on ${draft.notAfter.toISOString().replace(/\.\d+Z$/, 'Z')}\n`);
  await writeKey(paths.key, key, context);
  await write(paths, wanted, certificate, context).catch(async (error: unknown) => {
    // None of them was there before: what is half-made goes.
    await Promise.all(made.map((path) => rm(path, { force: true }).catch(() => undefined)));
    throw error;
  });
  return 0;
}

/** The key is the first of the files: who makes it has the name. */
async function writeKey(path: string, key: KeyObject, context: ToolContext): Promise<void> {
  if (!(await createWhole(path, key.export({ type: 'pkcs8', format: 'pem' }), 0o600, dirname(path)))) throw inTheWay(path);
  context.out(`wrote key: ${path}\n`);
}

async function write(paths: TestKeyPaths, wanted: GenerateTest, certificate: string, context: ToolContext): Promise<void> {
  await writeWhole(paths.certificate, certificate, 0o644);
  context.out(`wrote certificate: ${paths.certificate}\n`);
  if (wanted.trusted) {
    await addTrustedFile(
      directoriesOf(context),
      { type: 'ca', store: wanted.name, file: basename(paths.trusted) },
      Buffer.from(certificate),
    );
    context.out(`Successfully added ${wanted.name}.crt to named store ${wanted.name} of type ca\n`);
  }
  const entry = { name: wanted.name, keyPath: paths.key, certPath: paths.certificate };
  await changeSigningKeys(paths.list, disk, (list) => withKey(list, entry, wanted.asDefault));
  context.out(`${wanted.name}: added to the key list\n${wanted.asDefault ? `${wanted.name}: mark as default signing key\n` : ''}`);
}

/** Where notation has the files of a test key. @throws NotationError `REQUEST` for a name that cannot be */
export function testKeyPaths(directories: Directories, name: string): TestKeyPaths {
  const local = join(directories.config, 'localkeys');
  return {
    key: join(local, `${name}.key`),
    certificate: join(local, `${name}.crt`),
    trusted: trustStorePath(directories, 'ca', name, `${name}.crt`),
    list: signingKeysPath(directories),
  };
}

/** The files that the command makes; the key list is only added to. */
function newFiles(paths: TestKeyPaths, wanted: GenerateTest): readonly string[] {
  return [paths.key, paths.certificate, ...(wanted.trusted ? [paths.trusted] : [])];
}

async function checkNothingIsThere(made: readonly string[]): Promise<void> {
  for (const path of made) {
    if ((await disk.look(path)) !== undefined) throw inTheWay(path);
  }
}

function inTheWay(path: string): NotationError {
  return new NotationError('FILE', `${path}: expected no such file, found one`, {
    hint: 'choose another name, or remove the file; notation-ts-kms certificate cleanup-test takes away what this command made',
  });
}

function algorithmOf(keySpec: string): Algorithm {
  const algorithm = algorithmBy('keySpec', keySpec.toUpperCase());
  if (algorithm !== undefined) return algorithm;
  throw new NotationError('REQUEST', `key spec ${JSON.stringify(keySpec)}: expected one of ${supportedKeySpecs}`, {
    hint: meantOf(
      keySpec,
      algorithms.map((row) => row.keySpec),
    ),
  });
}

function generateKey(algorithm: Algorithm): KeyObject {
  if (algorithm.kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: algorithm.bits }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: `P-${algorithm.bits}` }).privateKey;
}
