// What stands in the trust stores, and changing it.
import { lstat, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import { fileError, isAbsent } from '../core/file-error.ts';
import type { Files } from '../core/ports.ts';
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import type { Directories } from './directories.ts';
import { checkStoreIsFolder, readTrustedFile, trustStoreFolder, trustStorePath } from './trust-store.ts';
import { createWhole } from './write.ts';

/** A certificate file and where it stands. */
export interface TrustedFile {
  readonly type: TrustStoreType;
  readonly store: string;
  readonly file: string;
}

/**
 * The certificate files of all named stores of a type, by store and name. Links and folders are passed over, as in `notation cert ls`;
 * verification refuses a store with them.
 * @throws NotationError `CERTIFICATE` when one of them holds something else, `FILE`
 */
export async function listTrustedFiles(directories: Directories, type: TrustStoreType, store: string | undefined, files: Files) {
  const folder = join(directories.config, 'truststore', 'x509', type);
  const stores = (await entriesOf(folder)).filter((entry) => entry.isDirectory() && (store === undefined || entry.name === store));
  const listed: TrustedFile[] = [];
  for (const { name } of stores) {
    for (const entry of (await entriesOf(join(folder, name))).filter((one) => one.isFile())) {
      await readTrustedFile(join(folder, name, entry.name), files);
      listed.push({ type, store: name, file: entry.name });
    }
  }
  return listed;
}

/** Adds a file to a named store, whole or not at all, with mode 0600. @throws NotationError `FILE` when the store has such a file, or is a link */
export async function addTrustedFile(directories: Directories, { type, store, file }: TrustedFile, content: Uint8Array): Promise<void> {
  const path = trustStorePath(directories, type, store, file);
  await checkStoreIsFolder(directories, type, store);
  if (await createWhole(path, content, 0o600, join(directories.config, 'truststore'))) return;
  throw new NotationError('FILE', 'certificate already exists in the Trust Store');
}

/** Deletes a file from a named store; false when it is not there. A link goes, and what it leads to stays. @throws NotationError `FILE` */
export async function deleteTrustedFile(directories: Directories, { type, store, file }: TrustedFile): Promise<boolean> {
  const path = trustStorePath(directories, type, store, file);
  await checkStoreIsFolder(directories, type, store);
  try {
    if ((await lstat(path)).isDirectory()) throw new NotationError('FILE', `${path}: expected a file, found a folder`);
    await unlink(path);
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw cause instanceof NotationError ? cause : fileError(`${path} cannot be deleted`, cause);
  }
}

/** Deletes a named store with all that is in it, moved away whole before; false when it is not there. @throws NotationError `FILE` */
export async function deleteTrustStore(directories: Directories, type: TrustStoreType, store: string): Promise<boolean> {
  const folder = trustStoreFolder(directories, type, store);
  await checkStoreIsFolder(directories, type, store);
  const aside = join(directories.config, 'truststore', `.${type}.${store}.${process.pid}.deleted`);
  try {
    await rename(folder, aside);
    await rm(aside, { recursive: true });
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw fileError(`${folder} cannot be deleted`, cause);
  }
}

/** Deletes a named store in which nothing is left. */
export async function deleteEmptyTrustStore(directories: Directories, type: TrustStoreType, store: string): Promise<void> {
  // A folder with something in it stays, and so does one that cannot be deleted: nobody asked for that.
  await rmdir(trustStoreFolder(directories, type, store)).catch(() => undefined);
}

async function entriesOf(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (isAbsent(cause)) return [];
    throw fileError(`${folder} cannot be listed`, cause);
  });
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
