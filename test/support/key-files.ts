import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeySpec } from '../../src/core/algorithm.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { mintChain } from './pki.ts';

/** A temporary folder, removed at the end of the test that asks for it. */
export function temporaryFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `name.key` (PKCS#8) and `name.crt` (the chain) into `folder`; answers the key's path. */
export async function writeKeyFiles(folder: string, name: string, spec: KeySpec = 'EC-256'): Promise<string> {
  const chain = await mintChain({ spec });
  const path = join(folder, `${name}.key`);
  const [leaf] = chain;
  if (leaf === undefined) throw new Error('no chain');
  writeFileSync(path, leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, `${name}.crt`), toPem(chain.map(({ certificate }) => certificate.der)));
  return path;
}
