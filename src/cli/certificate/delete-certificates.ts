import { inWords, NotationError } from '../../core/error.ts';
import { directoriesOf } from '../../store/directories.ts';
import { checkStoreName, checkStoreType, trustStoreFolder, trustStorePath } from '../../store/trust-store.ts';
import { deleteTrustedFile, deleteTrustStore } from '../../store/trust-store-changes.ts';
import type { TrustStoreType } from '../../x509/chain/anchor.ts';
import type { ToolContext } from '../context.ts';
import { confirm } from '../voice/confirm.ts';
import { printable } from '../voice/fields.ts';

export interface DeleteCertificates {
  readonly type: string;
  readonly store: string;
  /** The file to delete; with `all`, the whole store goes instead. */
  readonly file: string | undefined;
  readonly all: boolean;
  /** Whether nobody need be asked. */
  readonly confirmed: boolean;
}

/** Deletes one certificate file or a whole named store, once it is confirmed. @throws NotationError `REQUEST`, `FILE` */
export async function deleteCertificates({ type: typeName, store, file, all, confirmed }: DeleteCertificates, context: ToolContext) {
  const type = checkStoreType(typeName);
  checkStoreName(store, 'named store name');
  if (all) return deleteStore(type, store, confirmed, context);
  if (!file) throw new NotationError('REQUEST', 'to delete a specific certificate, certificate fileName cannot be empty');
  const question = `Are you sure you want to delete ${JSON.stringify(file)} in ${JSON.stringify(store)} of type ${JSON.stringify(type)}?`;
  if (!confirmed && !confirm(question, context)) return 0;
  const failure = 'failed to delete the certificate file';
  const deleted = await inWords(failure, () => deleteTrustedFile(directoriesOf(context), { type, store, file }));
  if (!deleted) throw absent(failure, trustStorePath(directoriesOf(context), type, store, file));
  context.out(`Successfully deleted ${printable(file)}\n`);
  return 0;
}

async function deleteStore(type: TrustStoreType, store: string, confirmed: boolean, context: ToolContext): Promise<number> {
  const question = `Are you sure you want to delete all certificates in ${JSON.stringify(store)} of type ${JSON.stringify(type)}?`;
  if (!confirmed && !confirm(question, context)) return 0;
  const failure = 'failed to delete the named trust store';
  const path = trustStoreFolder(directoriesOf(context), type, store);
  if (!(await inWords(failure, () => deleteTrustStore(directoriesOf(context), type, store)))) throw absent(failure, path);
  context.out(`Successfully deleted ${path}\n`);
  return 0;
}

function absent(failure: string, path: string): NotationError {
  const hint = 'notation-ts-kms certificate list shows what there is';
  return new NotationError('FILE', `${failure}: stat ${path}: no such file or directory`, { hint });
}
