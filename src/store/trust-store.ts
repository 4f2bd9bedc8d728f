import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { meantOf } from '../core/nearest.ts';
import type { Files } from '../core/ports.ts';
import { certificateLabels, parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkTrustStoreCertificate, isStoreName, type TrustStoreType, trustStoreTypes } from '../x509/chain/anchor.ts';
import type { Directories } from './directories.ts';
import { entryAt, namesIn } from './entry.ts';
import { refuseWritableByAll } from './permission.ts';

/** Bytes that a file of a trust store may have. */
export const certificateFileLimit: number = 1 << 20;

/** The type of that name. @throws NotationError `REQUEST` for what is none */
export function checkStoreType(name: string): TrustStoreType {
  const type = trustStoreTypes.find((one) => one === name);
  if (type !== undefined) return type;
  const message = name === '' ? 'store type cannot be empty' : `unsupported store type: ${name}`;
  throw new NotationError('REQUEST', message, { hint: meantOf(name, trustStoreTypes) });
}

/** Where a certificate of a named store lies: `truststore/x509/{type}/{store}/{file}`. @throws NotationError `REQUEST` for a name notation refuses. */
export function trustStorePath(directories: Directories, type: TrustStoreType, store: string, file: string): string {
  return join(trustStoreFolder(directories, type, store), checkFileName(file));
}

/** One named store: its certificates, or why they cannot be read. */
export type NamedStore =
  | { readonly name: string; readonly certificates: readonly Certificate[] }
  | { readonly name: string; readonly error: NotationError };

/** All stores of a type, by name; none when their folder is not there. @throws NotationError `FILE` when it cannot be listed. */
export async function readTrustStores(directories: Directories, type: TrustStoreType, files: Files): Promise<readonly NamedStore[]> {
  const folder = join(directories.config, 'truststore', 'x509', type);
  const names = namesIn(folder, `the trust stores of type ${type}`);
  return Promise.all(names.map((name) => readNamedStore(directories, type, name, files)));
}

/** A named store; what is wrong with it is a part of the answer. */
export async function readNamedStore(directories: Directories, type: TrustStoreType, name: string, files: Files): Promise<NamedStore> {
  try {
    return { name, certificates: await readTrustStore(directories, type, name, files) };
  } catch (error) {
    if (error instanceof NotationError) return { name, error };
    throw error;
  }
}

/** The folder of a named store. @throws NotationError `REQUEST` for a name notation refuses. */
export function trustStoreFolder(directories: Directories, type: TrustStoreType, store: string): string {
  return join(directories.config, 'truststore', 'x509', type, checkStoreName(store, 'named store name'));
}

/** The names notation allows for stores, and for the subjects of its test certificates. @throws NotationError `REQUEST` */
export function checkStoreName(name: string, what: string): string {
  if (isStoreName(name)) return name;
  throw new NotationError('REQUEST', `${what} needs to follow [a-zA-Z0-9_.-]+ format`, {
    hint: 'it becomes the name of files and folders',
  });
}

/** The name of a file in a store, which leads nowhere else. @throws NotationError `REQUEST` */
function checkFileName(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return name;
  throw new NotationError(
    'REQUEST',
    `certificate file ${JSON.stringify(name)}: expected the name of a file in the store, found something else`,
  );
}

/**
 * Every certificate of a named store. A store is a folder of regular files: links in it are refused, because what they lead to can be changed
 * by others (TST-003); and so are folders, which the specification has ignored and notation refuses (TST-004, REF-24), and what everybody may
 * change.
 * @throws NotationError `FILE` for what is no store, `CERTIFICATE` for a file or certificate that may not be in one.
 */
export async function readTrustStore(
  directories: Directories,
  type: TrustStoreType,
  store: string,
  files: Files,
): Promise<readonly Certificate[]> {
  const folder = trustStoreFolder(directories, type, store);
  const names = listStore(folder, `the trust store ${JSON.stringify(store)} of type ${JSON.stringify(type)}`);
  await refuseWritableByAll([...foldersAbove(directories, type), folder, ...names.map((name) => join(folder, name))], files);
  const certificates = await Promise.all(names.map((name) => readStoreFile(join(folder, name), type, files)));
  if (names.length === 0)
    throw new NotationError('FILE', `the trust store ${JSON.stringify(store)} of type ${JSON.stringify(type)} has no certificates`);
  return certificates.flat();
}

/** Reads trust stores as `readTrustStore` does, each once. */
export function rememberTrustStores(
  directories: Directories,
  files: Files,
): (type: TrustStoreType, name: string) => Promise<readonly Certificate[]> {
  const known = new Map<string, Promise<readonly Certificate[]>>();
  return (type, name) => {
    const certificates = known.get(`${type}:${name}`) ?? readTrustStore(directories, type, name, files);
    known.set(`${type}:${name}`, certificates);
    return certificates;
  };
}

function foldersAbove({ config }: Directories, type: TrustStoreType): readonly string[] {
  const [stores, x509] = [join(config, 'truststore'), join(config, 'truststore', 'x509')];
  return [config, stores, x509, join(x509, type)];
}

function listStore(folder: string, what: string): readonly string[] {
  const facts = entryAt(folder);
  if (facts === undefined) {
    throw new NotationError('FILE', `${what} does not exist`, {
      hint: "Use command 'notation cert add' to create and add trusted certificates to the trust store",
    });
  }
  if (!facts.isDirectory()) throw new NotationError('FILE', `${what}: expected a folder, found a link or another kind of file`);
  return namesIn(folder, what);
}

/**
 * The certificates of a file as a trust store may have it: PEM without anything but certificates, or DER one after another. notation reads no PKCS#7 there,
 * and takes a private key for a malformed certificate.
 * @throws NotationError `CERTIFICATE`
 */
export function parseTrustedCertificates(bytes: Uint8Array, path: string): readonly Certificate[] {
  if (bytes.length === 0) throw new NotationError('CERTIFICATE', 'no valid certificate found in the file');
  const labels = [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/^-----BEGIN ([^\r\n]*)-----/gm),
  ].map(([, label]) => label);
  const certificates = parseCertificates(bytes, path);
  // What is neither PEM nor certificates as they stand is PKCS#7.
  const isBare = certificates.reduce((length, { der }) => length + der.length, 0) === bytes.length;
  const stranger = labels.length === 0 && !isBare ? 'PKCS7' : labels.find((label) => !certificateLabels.has(label ?? ''));
  if (stranger === undefined) return certificates;
  throw new NotationError('CERTIFICATE', `${path}: expected nothing but certificates, found ${JSON.stringify(stranger)}`, {
    hint: 'give certificates in PEM or DER',
  });
}

/**
 * Checks that a named store is a folder, where there is one: what a link leads to can be changed by others, and verification refuses it
 * (trust store specification § Trust Store).
 * @throws NotationError `FILE`
 */
export async function checkStoreIsFolder(directories: Directories, type: TrustStoreType, store: string): Promise<void> {
  const folder = trustStoreFolder(directories, type, store);
  const facts = entryAt(folder);
  if (facts === undefined || facts.isDirectory()) return;
  const found = facts.isSymbolicLink() ? 'a symbolic link' : 'another kind of file';
  throw new NotationError('FILE', `${folder}: expected a folder, found ${found}`, { hint: 'a trust store is a folder of its own' });
}

/** The certificates of one file of a store. @throws NotationError `FILE` when it is a link or no file, `CERTIFICATE` */
export async function readTrustedFile(path: string, files: Files): Promise<readonly Certificate[]> {
  const facts = entryAt(path);
  if (facts === undefined) throw new NotationError('FILE', `open ${path}: no such file or directory`);
  if (!facts.isFile()) throw new NotationError('FILE', `${path}: expected a regular file, found a folder or a link`);
  return parseTrustedCertificates(await files.read(path, 'trusted certificate', certificateFileLimit), path);
}

async function readStoreFile(path: string, type: TrustStoreType, files: Files): Promise<readonly Certificate[]> {
  const certificates = await readTrustedFile(path, files);
  for (const certificate of certificates) checkTrustStoreCertificate(type, certificate);
  return certificates;
}
