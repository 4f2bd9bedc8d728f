import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import type { Directories } from './directories.ts';

export type TrustStoreType = 'ca' | 'signingAuthority' | 'tsa';

/** Where a certificate of a named store lies: `truststore/x509/{type}/{store}/{file}`. @throws NotationError `REQUEST` for a name notation refuses. */
export function trustStorePath(directories: Directories, type: TrustStoreType, store: string, file: string): string {
  return join(directories.config, 'truststore', 'x509', type, checkStoreName(store), file);
}

/** The names notation allows for stores, and for the subjects of its test certificates. @throws NotationError `REQUEST` */
export function checkStoreName(name: string): string {
  if (/^[a-zA-Z0-9_.-]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw new NotationError('REQUEST', `name ${JSON.stringify(name)}: expected only letters, digits, and _ . -`, {
    hint: 'it becomes the name of files and folders',
  });
}
