import { basename } from 'node:path';
import { NotationError, sentenceOf, toNotationError } from '../../core/error.ts';
import { type Directories, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { certificateFileLimit, checkStoreName, checkStoreType, parseTrustedCertificates } from '../../store/trust-store.ts';
import { addTrustedFile } from '../../store/trust-store-changes.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { checkTrustStoreCertificate, type TrustStoreType } from '../../x509/chain/anchor.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';

export interface AddCertificates {
  readonly type: string;
  readonly store: string;
  readonly files: readonly string[];
}

/**
 * Adds certificate files to a named store, each whole or not at all, and says which were added and why others were not; exit code 1 when
 * there is one of those. What verification will refuse is added as notation does, with a warning.
 * @throws NotationError `REQUEST` for a type or name that cannot be
 */
export async function addCertificates({ type: typeName, store, files }: AddCertificates, context: ToolContext): Promise<number> {
  const type = checkStoreType(typeName);
  checkStoreName(store, 'named store name');
  const added: string[] = [];
  const failed: string[] = [];
  for (const path of files) {
    try {
      warn(
        await add(path, type, store, directoriesOf(context)),
        `${printable(path)}: verification refuses the store ${type}:${store} with it`,
        type,
        context,
      );
      added.push(`${printable(path)}\n`);
    } catch (error) {
      failed.push(`${printable(path)}, with error ${JSON.stringify(sentenceOf(toNotationError(error)))}\n`);
    }
  }
  const place = `following certificates to named store ${store} of type ${type}:\n`;
  if (added.length > 0) context.out(`Successfully added ${place}${added.join('')}`);
  if (failed.length > 0) context.error(`Error: Failed to add ${place}${failed.join('')}\n`);
  return failed.length > 0 ? 1 : 0;
}

async function add(path: string, type: TrustStoreType, store: string, directories: Directories): Promise<readonly Certificate[]> {
  const content = await disk.read(path, 'certificate file', certificateFileLimit);
  const certificates = parseTrustedCertificates(content, path);
  await addTrustedFile(directories, { type, store, file: basename(path) }, content);
  return certificates;
}

function warn(certificates: readonly Certificate[], consequence: string, type: TrustStoreType, { error }: ToolContext): void {
  for (const certificate of certificates) {
    try {
      checkTrustStoreCertificate(type, certificate);
    } catch (cause) {
      if (!(cause instanceof NotationError)) throw cause;
      error(`Warning: ${consequence}: ${printable(sentenceOf(cause))}\n`);
    }
  }
}
