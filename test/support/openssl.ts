import { spawnSync } from 'node:child_process';

/** Runs openssl in a folder and answers what it says on standard output. @throws when it ends badly, with its complaint. */
export function openssl(folder: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Whether openssl finds a request signed by its own key. Before 3.4 it ends well whatever it finds: only its words tell. */
export function verifiesRequest(folder: string, path: string): boolean {
  const { stderr } = spawnSync('openssl', ['req', '-verify', '-noout', '-in', path], { cwd: folder, encoding: 'utf8' });
  return /verify OK/.test(stderr) && !/failure/.test(stderr);
}

const shapes: Readonly<Record<string, readonly string[]>> = {
  'RSA-1024': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  'RSA-2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-3072': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'RSA-4096': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:4096'],
  'EC-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'EC-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'EC-521': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  Ed25519: ['-algorithm', 'ED25519'],
};

/** Makes a key without a certificate, as PKCS#8 in PEM, which nobody else may read. */
export function makeBareKey(folder: string, name: string, shape: string): void {
  openssl(folder, 'genpkey', ...(shapes[shape] ?? []), '-out', name);
}
