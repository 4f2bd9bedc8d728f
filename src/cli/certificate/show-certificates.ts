import { NotationError, sentenceOf } from '../../core/error.ts';
import type { Log } from '../../core/ports.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { checkStoreIsFolder, checkStoreType, readTrustedFile, trustStorePath } from '../../store/trust-store.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';

export interface CertificateFile {
  readonly type: string;
  readonly store: string;
  readonly file: string;
}

const line = `${'-'.repeat(80)}\n`;

/** Prints every certificate of a file in a trust store. @throws NotationError `REQUEST`, `FILE`, `CERTIFICATE` */
export async function showCertificates(wish: CertificateFile, context: ToolContext, log: Log): Promise<number> {
  if (wish.file === '') throw new NotationError('REQUEST', 'certificate fileName cannot be empty');
  const [directories, type] = [directoriesOf(context), checkStoreType(wish.type)];
  const path = trustStorePath(directories, type, wish.store, wish.file);
  log('debug', `Showing details of certificate: ${path}`);
  await checkStoreIsFolder(directories, type, wish.store);
  const certificates = await readTrustedFile(path, disk).catch((cause: unknown) => {
    if (!(cause instanceof NotationError)) throw cause;
    throw new NotationError(cause.code, `failed to show details of certificate ${wish.file}, with error: ${sentenceOf(cause)}`, { cause });
  });
  context.out(`Certificate details\n${line}${certificates.map(print).join(line)}`);
  return 0;
}

function print({ issuer, subject, notBefore, notAfter, basicConstraints, der }: Certificate): string {
  const fields = [
    ['Issuer', printName(issuer)],
    ['Subject', printName(subject)],
    ['Valid from', printTime(notBefore)],
    ['Valid to', printTime(notAfter)],
    ['IsCA', String(basicConstraints?.ca === true)],
    ['SHA256 Thumbprint', fingerprint(der)],
  ];
  return fields.map(([label, text]) => `${label}: ${printable(text ?? '')}\n`).join('');
}

/** As Go prints a time of a certificate. */
function printTime(time: Date): string {
  return time.toISOString().replace(/^(.*)T(.*)\.\d+Z$/, '$1 $2 +0000 UTC');
}
