// Server certificates of a private authority, as companies have them.

import { implicit, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { type ExtensionDraft, extendedKeyUsage, issueCertificate, keyUsage } from '../../../src/x509/issue/issue.ts';
import { draftOf, type Holder, keyOf, mintCa, validFrom } from '../pki.ts';

/** What a TLS server shows and holds, in PEM, and the authority that its clients must trust. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
  readonly authority: string;
}

export type IdentityKind = 'good' | 'wrong host' | 'expired';

/**
 * Names that only a proxy finds. The vault's must be in Key Vault's own domain, where its client gives its token to no other name; it is longer
 * than the 24 characters that a vault's name may have, so that there is no such vault.
 */
export const hiddenHosts: Readonly<Record<'aws' | 'azure' | 'hsm' | 'gcp' | 'vault', string>> = {
  aws: 'kms.fake.invalid',
  azure: 'this-is-too-long-to-be-a-vault.vault.azure.net',
  hsm: 'this-is-too-long-to-be-an-hsm.managedhsm.azure.net',
  gcp: 'cloudkms.fake.invalid',
  vault: 'vault.fake.invalid',
} as const;

const serverAuth = '1.3.6.1.5.5.7.3.1';
const hosts: Readonly<Record<IdentityKind, readonly string[]>> = {
  good: ['localhost', ...Object.values(hiddenHosts)],
  'wrong host': ['elsewhere.invalid'],
  expired: ['localhost'],
};

/** A certificate for localhost and for the hidden host, or one that fails in one way. */
export async function mintIdentity(kind: IdentityKind = 'good'): Promise<Identity> {
  const authority = await mintCa('tls authority', undefined);
  const key = keyOf('EC-256', 'tls server');
  const draft = draftOf('tls server', authority, key, [
    keyUsage(['digitalSignature']),
    extendedKeyUsage([serverAuth]),
    namesOf(hosts[kind]),
  ]);
  const expiry = kind === 'expired' ? { notAfter: new Date(validFrom.getTime() + 3_600_000) } : {};
  const leaf = await issueCertificate({ ...draft, ...expiry }, authority.key.sign);
  return {
    key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: toPem([leaf]),
    authority: authorityOf(authority),
  };
}

function authorityOf({ certificate }: Holder): string {
  return toPem([certificate.der]);
}

/** Subject alternative name of DNS names (RFC 5280 §4.2.1.6). */
function namesOf(names: readonly string[]): ExtensionDraft {
  return { oid: '2.5.29.17', critical: false, value: sequence(...names.map((name) => implicit(2, Buffer.from(name)))) };
}
