// The secret that belongs to a certificate: its chain and its key, as PEM or as PKCS#12.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '../../../src/x509/bundle.ts';
import type { Holder } from '../pki.ts';
import type { Secret } from './azure.ts';

export const pem = 'application/x-pem-file';
export const pkcs12 = 'application/x-pkcs12';

/** Protects a PKCS#12 secret, or is all of one: never to be seen. */
export const passphrase = 'correct-horse-battery-staple-0123456789';

/** Key Vault itself writes 3DES, and AES since it can; with no password, which PKCS#12 knows in two forms. */
export const tripleDes: readonly string[] = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];

export function toPemSecret(chain: readonly Holder[]): Secret {
  return { contentType: pem, value: keyPemOf(chain) + certificatesOf(chain) };
}

export function keyPemOf(chain: readonly Holder[]): string {
  return String(chain[0]?.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

export function certificatesOf(chain: readonly Holder[]): string {
  return toPem(chain.map(({ certificate }) => certificate.der));
}

export function toPkcs12(chain: readonly Holder[], options: readonly string[] = [], password = ''): Secret {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  try {
    writeFileSync(join(folder, 'all.pem'), toPemSecret(chain).value);
    const words = ['pkcs12', '-export', '-in', 'all.pem', '-passout', `pass:${password}`, ...options];
    return { contentType: pkcs12, value: execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' }).toString('base64') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
