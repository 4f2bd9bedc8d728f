// Keys in local files: no network, for development, for air-gapped machines, and for tests.
import type { KeyObject } from 'node:crypto';
import { type Algorithm, algorithmBy, algorithmOfSpec } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import { parseCertificates } from '../x509/bundle.ts';
import { type Certificate, leafByName, parseCertificate } from '../x509/certificate.ts';
import { keySpecOf, keySpecOrName } from '../x509/key-spec.ts';
import { collectCertificates, leafOf, readCertificates } from './certificates.ts';
import { formOf, isEncrypted, isReadByOthers, type KeyForm, printForm } from './key-form.ts';
import type { Key, KeyContext, KeyDescription, KeyExamination, KeyProvider } from './provider.ts';
import { firstLineOf, unsetVariable } from './secret-option.ts';

const keyFileLimit = 1 << 20;

/** Key ids: `file:///abs/key.pem`, a path, or the name of a key pair in notation's signingkeys.json. */
export const fileKeys: KeyProvider = { open: openFileKey, describe: describeFileKey, examine: examineFileKey };

/** Where a key is, and the certificate file that is known to belong to it, if any. */
interface Place {
  readonly keyPath: string;
  readonly certPath?: string;
}

/** A key file's content, opened as far as it can be without need of the passphrase. */
interface KeyFile {
  readonly what: string;
  readonly format: string;
  readonly encrypted: boolean;
  readonly open: () => Promise<KeyObject>;
  readonly certificates: () => Promise<readonly Certificate[]>;
}

async function openFileKey(keyId: string, context: KeyContext): Promise<Key> {
  const place = await locate(keyId, context);
  const file = await readKeyFile(place, context);
  const collected = await collectCertificates(context, file.certificates);
  const algorithm = await algorithmOf(collected, file);
  return {
    algorithm,
    publicKeyInfo: () => publicKeyInfoOf(file),
    certificates: () => chainOf(collected, file),
    sign: async (message) => (await import('./private-key.ts')).signWith(await file.open(), algorithm, message),
  };
}

async function describeFileKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const place = await locate(keyId, context);
  const file = await readKeyFile(place, context);
  const locked = file.encrypted && (await passphrase(context)) === undefined;
  const spec = locked ? await specByLeaf(file, context) : keySpecOrName(await publicKeyInfoOf(file), file.what);
  const algorithm = algorithmBy('keySpec', spec);
  return {
    id: place.keyPath,
    spec,
    state: locked ? 'locked: no passphrase was given (passphrase_env, passphrase_file)' : 'enabled',
    algorithms: algorithm === undefined ? [] : [algorithm.signing],
    facts: { format: file.format, encrypted: file.encrypted ? 'yes' : 'no', ...(await describeMode(place.keyPath, context)) },
  };
}

async function examineFileKey(keyId: string, context: KeyContext): Promise<KeyExamination> {
  const { examineFile } = await import('./file-examination.ts');
  const open = once(async () => {
    const place = await locate(keyId, context);
    const { format, encrypted, open } = await readKeyFile(place, context);
    await open();
    const mode = (await context.files.look(place.keyPath))?.mode ?? 0;
    return { path: place.keyPath, format, encrypted, mode };
  });
  return examineFile(open, context.settings);
}

/** What the certificates say of a key that cannot be opened. */
async function specByLeaf(file: KeyFile, context: KeyContext): Promise<string> {
  const leaf = leafByName(await collectCertificates(context, file.certificates));
  return leaf === undefined ? 'unknown' : keySpecOrName(leaf.publicKeyInfo, 'leaf certificate');
}

async function describeMode(path: string, context: KeyContext): Promise<Readonly<Record<string, string>>> {
  const mode = (await context.files.look(path))?.mode ?? 0;
  if (mode === 0) return {};
  const remark = isReadByOthers(mode) ? ', readable by others: chmod 600 it' : '';
  return { 'file mode': `${mode.toString(8).padStart(4, '0')}${remark}` };
}

/**
 * `describe-key` needs no private key where there are certificates: the leaf says which key it is, and an encrypted key stays shut.
 * What opens keys and verifies signatures is not even loaded for it.
 */
async function algorithmOf(certificates: readonly Certificate[], file: KeyFile): Promise<Algorithm> {
  const leaf = await leafOf(certificates, () => chainOf(certificates, file));
  const publicKeyInfo = leaf?.publicKeyInfo ?? (await publicKeyInfoOf(file));
  return algorithmOfSpec(keySpecOf(publicKeyInfo, leaf === undefined ? file.what : 'leaf certificate'));
}

async function chainOf(certificates: readonly Certificate[], file: KeyFile): Promise<readonly Certificate[]> {
  const { toChain } = await import('./chain.ts');
  return toChain(certificates, await publicKeyInfoOf(file));
}

async function publicKeyInfoOf(file: KeyFile): Promise<Der> {
  return (await import('./private-key.ts')).publicKeyInfoOf(await file.open());
}

async function locate(keyId: string, context: KeyContext): Promise<Place> {
  if (/^file:/i.test(keyId)) return { keyPath: await pathOfUrl(keyId) };
  if (/[\\/]/.test(keyId)) return { keyPath: keyId };
  const named = await context.namedKeys(keyId);
  if (named !== undefined) return named;
  if ((await context.files.look(keyId)) !== undefined) return { keyPath: keyId };
  throw new NotationError('KEY_NOT_FOUND', `key id: no key named ${JSON.stringify(keyId)} in signingkeys.json and no such file here`, {
    hint: 'give a path, a file: URL, or a name that `notation key ls` shows',
  });
}

async function pathOfUrl(keyId: string): Promise<string> {
  const { fileURLToPath } = await import('node:url');
  try {
    return fileURLToPath(keyId);
  } catch (cause) {
    throw new NotationError('KEY_NOT_FOUND', 'key id: expected file:///absolute/path, found a file: URL that names no local file', {
      cause,
    });
  }
}

async function readKeyFile(place: Place, context: KeyContext): Promise<KeyFile> {
  const what = `key file ${place.keyPath}`;
  const bytes = await context.files.read(place.keyPath, 'key file', keyFileLimit);
  await warnOfReaders(place.keyPath, context);
  const form = formOf(bytes);
  if (form === undefined) throw noKey(what);
  if (form === 'pkcs12') return pkcs12File(bytes, what, context);
  const encrypted = isEncrypted(bytes, form);
  return {
    what,
    format: printForm(bytes, form),
    encrypted,
    open: once(async () => {
      const { openPrivateKey } = await import('./private-key.ts');
      return openPrivateKey(bytes, form, encrypted ? await passphrase(context) : undefined, what);
    }),
    certificates: () => certificatesBeside(place, bytes, form, context),
  };
}

/** A PKCS#12 file says nothing without its passphrase, so it is opened at once. */
async function pkcs12File(bytes: Uint8Array, what: string, context: KeyContext): Promise<KeyFile> {
  const { openPkcs12 } = await import('./pkcs12.ts');
  const secret = await passphrase(context);
  const opened = openPkcs12(bytes, secret, what);
  return {
    what,
    format: printForm(bytes, 'pkcs12'),
    encrypted: Boolean(secret),
    open: async () => opened.key,
    certificates: async () => opened.certificates.map((der) => parseCertificate(der)),
  };
}

/** In this order: the file that signingkeys.json names, the key's own PEM, `key.crt` or `key.pem` beside it (with and without the key's own extension). */
async function certificatesBeside(place: Place, bytes: Uint8Array, form: KeyForm, context: KeyContext): Promise<readonly Certificate[]> {
  if (place.certPath !== undefined) return readCertificates(place.certPath, 'certificate file', context);
  if (form === 'labelled' && Buffer.from(bytes).includes('-----BEGIN CERTIFICATE-----')) return parseCertificates(bytes, place.keyPath);
  const stem = place.keyPath.replace(/\.[^./\\]+$/, '');
  for (const path of [`${stem}.crt`, `${stem}.pem`, `${place.keyPath}.crt`]) {
    if (path !== place.keyPath && (await context.files.look(path))?.kind === 'file')
      return readCertificates(path, 'certificate file', context);
  }
  return [];
}

async function passphrase(context: KeyContext): Promise<string | undefined> {
  const { passphrase_env: variable, passphrase_file: path } = context.settings.text;
  if (variable !== undefined) {
    const value = context.environment[variable];
    if (value !== undefined) return value;
    throw unsetVariable('passphrase_env', variable, 'passphrase');
  }
  if (path === undefined) return undefined;
  return firstLineOf(path, 'passphrase file', context.files);
}

async function warnOfReaders(path: string, context: KeyContext): Promise<void> {
  const mode = (await context.files.look(path))?.mode ?? 0;
  if (isReadByOthers(mode)) context.log('warn', 'the key file is readable by others: chmod 600 it', { path, mode: mode.toString(8) });
}

function noKey(what: string): NotationError {
  return new NotationError('KEY_UNUSABLE', `${what}: expected a private key, found none`, {
    hint: 'PEM or DER as PKCS#8, PKCS#1 or SEC1, or PKCS#12',
  });
}
