import { NotationError, sentenceOf } from '../../core/error.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { listTrustedFiles, type TrustedFile } from '../../store/trust-store-changes.ts';
import { trustStoreTypes } from '../../x509/chain/anchor.ts';
import type { ToolContext } from '../context.ts';
import { printTable } from '../voice/table.ts';

export interface ListCertificates {
  readonly type?: string | undefined;
  readonly store?: string | undefined;
}

/** Prints the certificate files of the trust stores; nothing when there is none, be it for want of such a type or store. @throws NotationError */
export async function listCertificates({ type = '', store = '' }: ListCertificates, context: ToolContext): Promise<number> {
  const listed: TrustedFile[] = [];
  for (const one of trustStoreTypes.filter((known) => type === '' || type === known)) {
    listed.push(...(await listTrustedFiles(directoriesOf(context), one, store || undefined, disk).catch(refuse(type, store))));
  }
  if (listed.length > 0) {
    const rows = listed.map((one) => [one.type, one.store, one.file]);
    context.out(printTable([['STORE TYPE', 'STORE NAME', 'CERTIFICATE'], ...rows]));
  }
  return 0;
}

function refuse(type: string, store: string) {
  return (cause: unknown): never => {
    if (!(cause instanceof NotationError)) throw cause;
    const where = `${store === '' ? '' : ` in the named store ${store}`}${type === '' ? '' : ` of type ${type}`}` || ' in the trust store';
    throw new NotationError(cause.code, `failed to list all certificates stored${where}, with error: ${sentenceOf(cause)}`, { cause });
  };
}
