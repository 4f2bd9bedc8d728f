// A private home for notation that signs with a file key of its own and trusts its authority.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import { type Notation, openNotation } from './notation.ts';
import { mintChain } from './pki.ts';

/** Makes the home, its default key `leaf` (EC-256 under an intermediate), and its trust. */
export async function openSigningHome(folder: string): Promise<Notation> {
  const chain = await mintChain();
  const certificates = chain.map(({ certificate }) => certificate.der);
  const [root, certPath, keyPath] = [join(folder, 'root.crt'), join(folder, 'leaf.crt'), join(folder, 'leaf.key')];
  writeFileSync(root, toPem(certificates.slice(-1)));
  writeFileSync(certPath, toPem(certificates));
  writeFileSync(keyPath, chain[0]?.key.privateKey.export({ format: 'pem', type: 'pkcs8' }) ?? '', { mode: 0o600 });
  const home = openNotation(folder, { name: '', version: '', libexec: join(folder, 'libexec') }, { roots: [root] });
  writeFileSync(join(home.config, 'signingkeys.json'), JSON.stringify({ default: 'leaf', keys: [{ name: 'leaf', keyPath, certPath }] }));
  return home;
}
