// Takes away what generate-test made.
import { unlink } from 'node:fs/promises';
import { NotationError } from '../../core/error.ts';
import { fileError, isAbsent } from '../../core/file-error.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { changeSigningKeys, withoutKeys } from '../../store/signing-key-changes.ts';
import { signingKeysPath } from '../../store/signing-keys.ts';
import { checkStoreName } from '../../store/trust-store.ts';
import { deleteEmptyTrustStore, deleteTrustedFile } from '../../store/trust-store-changes.ts';
import type { ToolContext } from '../context.ts';
import { confirm } from '../voice/confirm.ts';
import { testKeyPaths } from './generate-test.ts';

/** Deletes a test key, its certificate, its trust and its place in the list, once it is confirmed; says what of that was not there. @throws NotationError */
export async function cleanUpTest(name: string, confirmed: boolean, context: ToolContext): Promise<number> {
  checkStoreName(name, 'certificate common name');
  const paths = testKeyPaths(directoriesOf(context), name);
  if (!confirmed && !confirm(questionOf(name, paths.key, paths.certificate), context)) return 0;
  await forgetTrust(name, context);
  await forgetName(name, context);
  await forgetFile('key file', paths.key, context);
  await forgetFile('certificate file', paths.certificate, context);
  context.out('Cleanup completed successfully\n');
  return 0;
}

function questionOf(name: string, key: string, certificate: string): string {
  return `The test key ${name} and its corresponding certificate will be cleaned up with the following changes:
- Delete certificate ${name}.crt from trust store ${name} of type ca
- Remove key ${name} from the key list
- Delete key file: ${key}
- Delete certificate file: ${certificate}

Are you sure you want to continue?`;
}

async function forgetTrust(name: string, context: ToolContext): Promise<void> {
  const deleted = await deleteTrustedFile(directoriesOf(context), { type: 'ca', store: name, file: `${name}.crt` });
  await deleteEmptyTrustStore(directoriesOf(context), 'ca', name);
  if (deleted) context.out(`Successfully deleted ${name}.crt from trust store ${name} of type ca\n`);
  else context.out(`Certificate ${name}.crt does not exist in trust store ${name} of type ca\n`);
}

async function forgetName(name: string, context: ToolContext): Promise<void> {
  try {
    await changeSigningKeys(signingKeysPath(directoriesOf(context)), disk, (list) => withoutKeys(list, [name]));
    context.out(`Successfully removed key ${name} from the key list\n`);
  } catch (error) {
    if (!(error instanceof NotationError && error.code === 'KEY_NOT_FOUND')) throw error;
    context.out(`Key ${name} does not exist in the key list\n`);
  }
}

async function forgetFile(what: string, path: string, { out }: ToolContext): Promise<void> {
  try {
    await unlink(path);
    out(`Successfully deleted ${what}: ${path}\n`);
  } catch (cause) {
    if (!isAbsent(cause)) throw fileError(`failed to delete ${what} ${path}`, cause);
    out(`${what.replace(/^./, (letter) => letter.toUpperCase())} ${path} does not exist\n`);
  }
}
