// What a program that uses the library has: a key, an artifact, and whom it trusts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobPolicyDocument, OciPolicyDocument, SigningKey } from '../../src/index.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { leafOf } from './envelopes.ts';
import { makeImage } from './layout.ts';
import { type Holder, mintChain } from './pki.ts';

export interface Desk {
  readonly folder: string;
  readonly chain: readonly Holder[];
  /** Path of the key; its chain lies beside it. */
  readonly keyPath: string;
  /** An open key, for all that needs no file. */
  readonly key: SigningKey;
  /** The root in PEM. */
  readonly root: string;
  readonly artifact: { readonly layout: string; readonly tagOrDigest: string; readonly scope: string };
  readonly digest: string;
  /** `ca:acme` with the root, and policies that trust it. */
  readonly trust: { readonly policy: OciPolicyDocument; readonly stores: { readonly 'ca:acme': string } };
  readonly blobTrust: { readonly policy: BlobPolicyDocument; readonly stores: { readonly 'ca:acme': string } };
}

const statement = {
  name: 'acme',
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['*'],
} as const;

/** Makes all of it below `folder`. */
export async function openDesk(folder: string): Promise<Desk> {
  const chain = await mintChain();
  const { key } = leafOf(chain);
  const certificates = chain.map(({ certificate }) => certificate.der);
  const [keyPath, root] = [join(folder, 'release.key'), toPem(certificates.slice(-1))];
  writeFileSync(keyPath, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, 'release.crt'), toPem(certificates));
  const { layout, image } = makeImage(join(folder, 'layout'));
  const stores = { 'ca:acme': root };
  return {
    folder,
    chain,
    keyPath,
    key: { keySpec: key.algorithm.keySpec, certificates: async () => certificates, sign: key.sign },
    root,
    artifact: { layout, tagOrDigest: image.digest, scope: 'registry.test/app' },
    digest: image.digest,
    trust: { stores, policy: { version: '1.0', trustPolicies: [{ ...statement, registryScopes: ['registry.test/app'] }] } },
    blobTrust: { stores, policy: { version: '1.0', trustPolicies: [{ ...statement, globalPolicy: true }] } },
  };
}

/** notation's directory with the desk's trust, as files. */
export function writeDirectory({ folder, root, trust, blobTrust }: Desk): string {
  const directory = join(folder, 'notation');
  const store = join(directory, 'truststore', 'x509', 'ca', 'acme');
  mkdirSync(store, { recursive: true });
  writeFileSync(join(store, 'root.crt'), root);
  writeFileSync(join(directory, 'trustpolicy.json'), JSON.stringify(trust.policy), { mode: 0o600 });
  writeFileSync(join(directory, 'trustpolicy.blob.json'), JSON.stringify(blobTrust.policy), { mode: 0o600 });
  return directory;
}
