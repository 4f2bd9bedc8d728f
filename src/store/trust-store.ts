import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { Files } from '../core/ports.ts';
import { checkTrustStoreCertificate, type TrustStoreType } from '../x509/anchor.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Directories } from './directories.ts';

const certificateFileLimit = 1 << 20;

/** Where a certificate of a named store lies: `truststore/x509/{type}/{store}/{file}`. @throws NotationError `REQUEST` for a name notation refuses. */
export function trustStorePath(directories: Directories, type: TrustStoreType, store: string, file: string): string {
  return join(storeFolder(directories, type, store), file);
}

/** One named store: its certificates, or why they cannot be read. */
export type NamedStore =
  | { readonly name: string; readonly certificates: readonly Certificate[] }
  | { readonly name: string; readonly error: NotationError };

/** All stores of a type, by name; none when their folder is not there. @throws NotationError `FILE` when it cannot be listed. */
export async function readTrustStores(directories: Directories, type: TrustStoreType, files: Files): Promise<readonly NamedStore[]> {
  const folder = join(directories.config, 'truststore', 'x509', type);
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isAbsent(cause)) return [];
    throw fileError(`the trust stores of type ${type} cannot be listed`, cause);
  });
  return Promise.all(names.sort().map((name) => readNamedStore(directories, type, name, files)));
}

async function readNamedStore(directories: Directories, type: TrustStoreType, name: string, files: Files): Promise<NamedStore> {
  try {
    return { name, certificates: await readTrustStore(directories, type, name, files) };
  } catch (error) {
    if (error instanceof NotationError) return { name, error };
    throw error;
  }
}

function storeFolder(directories: Directories, type: TrustStoreType, store: string): string {
  return join(directories.config, 'truststore', 'x509', type, checkStoreName(store));
}

/** The names notation allows for stores, and for the subjects of its test certificates. @throws NotationError `REQUEST` */
export function checkStoreName(name: string): string {
  if (/^[a-zA-Z0-9_.-]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw new NotationError('REQUEST', `name ${JSON.stringify(name)}: expected only letters, digits, and _ . -`, {
    hint: 'it becomes the name of files and folders',
  });
}

/**
 * Every certificate of a named store. A store is a folder of regular files: links and folders in it are refused, as in notation,
 * because what they lead to can be changed by others (trust store specification § Trust Store).
 * @throws NotationError `FILE` for what is no store, `CERTIFICATE` for a file or certificate that may not be in one.
 */
export async function readTrustStore(
  directories: Directories,
  type: TrustStoreType,
  store: string,
  files: Files,
): Promise<readonly Certificate[]> {
  const folder = storeFolder(directories, type, store);
  const names = await listStore(folder, `the trust store ${JSON.stringify(store)} of type ${type}`);
  const certificates = await Promise.all(names.map((name) => readStoreFile(join(folder, name), type, files)));
  if (names.length === 0) throw new NotationError('FILE', `the trust store ${JSON.stringify(store)} of type ${type} has no certificates`);
  return certificates.flat();
}

async function listStore(folder: string, what: string): Promise<readonly string[]> {
  const facts = await lstat(folder).catch((cause: unknown) => {
    if (!isAbsent(cause)) throw fileError(`${what} cannot be read`, cause);
    throw new NotationError('FILE', `${what} does not exist`, { hint: 'create it with `notation cert add`' });
  });
  if (!facts.isDirectory()) throw new NotationError('FILE', `${what}: expected a folder, found a link or another kind of file`);
  return (await readdir(folder)).sort();
}

async function readStoreFile(path: string, type: TrustStoreType, files: Files): Promise<readonly Certificate[]> {
  if (!(await lstat(path)).isFile()) throw new NotationError('FILE', `${path}: expected a regular file, found a folder or a link`);
  const certificates = parseCertificates(await files.read(path, 'trusted certificate', certificateFileLimit), path);
  for (const certificate of certificates) checkTrustStoreCertificate(type, certificate);
  return certificates;
}
