// Throw-away keys and certificates to begin with, in the files where `notation certificate generate-test` puts them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Algorithm, algorithmBy, supportedKeySpecs } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { publicKeyInfoOf, signWith } from '../kms/private-key.ts';
import { type Directories, directoriesOf } from '../store/directories.ts';
import { disk } from '../store/disk.ts';
import { addSigningKey, checkKeyNameIsFree, signingKeysPath } from '../store/signing-keys.ts';
import { checkStoreName, trustStorePath } from '../store/trust-store.ts';
import { writeWhole } from '../store/write.ts';
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

/** Every file that the command writes; none of them may be there before. */
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
  await checkNothingIsThere(paths, wanted);
  const key = generateKey(algorithm);
  context.out(`generated ${algorithm.keySpec} key\n`);
  const certificate = await selfSign(wanted.name, key, algorithm, context.now());
  await write(paths, wanted, key, certificate, context).catch(async (error: unknown) => {
    // None of them was there before: what is half-made goes.
    await Promise.all(
      [paths.key, paths.certificate, ...(wanted.trusted ? [paths.trusted] : [])].map((path) =>
        rm(path, { force: true }).catch(() => undefined),
      ),
    );
    throw error;
  });
  return 0;
}

async function write(paths: Paths, wanted: GenerateTest, key: KeyObject, certificate: Der, context: ToolContext): Promise<void> {
  await writeWhole(paths.key, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  context.out(`wrote key: ${paths.key}\n`);
  await writeWhole(paths.certificate, toPem(certificate), 0o644);
  context.out(`wrote certificate: ${paths.certificate} (expires ${expiry(context).toISOString()})\n`);
  if (wanted.trusted) {
    await writeWhole(paths.trusted, toPem(certificate), 0o600);
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

async function checkNothingIsThere(paths: Paths, wanted: GenerateTest): Promise<void> {
  await checkKeyNameIsFree(paths.list, disk, wanted.name);
  for (const path of [paths.key, paths.certificate, ...(wanted.trusted ? [paths.trusted] : [])]) {
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

function selfSign(name: string, key: KeyObject, algorithm: Algorithm, now: Date): Promise<Der> {
  const draft = selfSignedCodeSigningDraft(name, publicKeyInfoOf(key), now, hours);
  return issueCertificate(draft, async (tbs) => signWith(key, algorithm, tbs));
}

function expiry(context: ToolContext): Date {
  return new Date(context.now().getTime() + hours * 3_600_000);
}

function toPem(certificate: Der): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
