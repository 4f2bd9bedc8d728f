// Where the certificates of an Azure key come from, and which version of the key they are for.
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { once } from '../../core/once.ts';
import type { Clock } from '../../core/ports.ts';
import { type Certificate, isSelfIssued, parseCertificate } from '../../x509/certificate.ts';
import { collectCertificates, leafOf, noChain, readIssuers } from '../certificates.ts';
import type { KeyContext } from '../provider.ts';
import { isAbsent, isDenied } from './error.ts';
import type { AzureKeyId } from './key-id.ts';
import { checkMaySign, publicKeyInfoIn } from './key-state.ts';
import { sourceOf } from './source.ts';
import type { Vault } from './vault.ts';

/** What is known of a key before it signs. */
export interface Holding {
  /** Of the key that shall sign: the leaf's. */
  readonly publicKeyInfo: Der;
  /** The version that has this public key; undefined when only the vault can tell. */
  readonly version: string | undefined;
  /** Where `publicKeyInfo` is from. */
  readonly told: 'by file' | 'by vault';
  /** The chain, leaf first. @throws NotationError also when the vault keeps none, or may not show it */
  readonly certificates: () => Promise<readonly Certificate[]>;
}

/**
 * Finds the certificates as the plugin config says. A chain in a file needs no request; everything else one, which tells leaf and version.
 *
 * When the config says nothing, a self-signed leaf is its own chain, and the chain of any other is in the secret of the same name. There
 * notation-azure-kv looks at once; here it comes second, because a private key that may be exported travels with it.
 * @throws NotationError `FILE`, `CERTIFICATE`, `CONFIG`, and as the vault has it
 */
export async function openHolding(id: AzureKeyId, vault: Vault, context: KeyContext): Promise<Holding> {
  const source = sourceOf(context.settings, vault.kind);
  switch (source.kind) {
    case 'file':
      return fromFile(id, context);
    case 'nowhere':
      return fromKey(id, vault, noChain(`${id.host}: a Managed HSM keeps no certificates`), context.now);
    case 'any':
      return fromAnywhere(id, vault, context.now);
    case 'secret':
      return fromSecret(id, vault, source.issuers, context);
    case 'certificate':
      return fromCertificate(id, vault, source.issuers, context);
  }
}

async function fromFile({ version }: AzureKeyId, context: KeyContext): Promise<Holding> {
  const pool = await collectCertificates(context, async () => []);
  const leaf = await leafOf(pool, () => orderedBy(pool));
  if (leaf === undefined) throw noChain('the file of cert_chain is empty');
  const certificates = once(() => orderedBy(pool, leaf.publicKeyInfo));
  return { publicKeyInfo: leaf.publicKeyInfo, version, told: 'by file', certificates };
}

async function fromCertificate(id: AzureKeyId, vault: Vault, issuers: string | undefined, context: KeyContext): Promise<Holding> {
  const [{ leaf, version }, rest] = await Promise.all([readLeaf(id, vault), readIssuers(issuers, context)]);
  return holdingOf(leaf, version, async () => rest);
}

async function fromSecret(id: AzureKeyId, vault: Vault, issuers: string | undefined, context: KeyContext): Promise<Holding> {
  const [{ pool, version }, rest] = await Promise.all([readSecret(id, vault, id.version), readIssuers(issuers, context)]);
  return holdingOfPool([...pool, ...rest], version ?? id.version);
}

async function fromAnywhere(id: AzureKeyId, vault: Vault, now: Clock): Promise<Holding> {
  try {
    const { leaf, version, secretVersion } = await readLeaf(id, vault);
    return holdingOf(leaf, version, async () => (isSelfIssued(leaf) ? [] : (await readSecret(id, vault, secretVersion)).pool));
  } catch (why) {
    if (isDenied(why)) return withoutCertificate(id, vault, why, now);
    if (isAbsent(why)) return fromKey(id, vault, noChain(why.message, why.metadata), now);
    throw why;
  }
}

/** Whoever comes from notation-azure-kv may be allowed to see the secret and not the certificate; `why` is what to say otherwise. */
async function withoutCertificate(id: AzureKeyId, vault: Vault, why: NotationError, now: Clock): Promise<Holding> {
  try {
    const { pool, version } = await readSecret(id, vault, id.version);
    return await holdingOfPool(pool, version ?? id.version);
  } catch (error) {
    if (isDenied(error) || isAbsent(error)) return fromKey(id, vault, why, now);
    throw error;
  }
}

/** A key without a certificate cannot sign artifacts, and can sign the request for its certificate. */
async function fromKey(id: AzureKeyId, vault: Vault, why: NotationError, now: Clock): Promise<Holding> {
  const key = await vault.key(id.version).catch((error: unknown) => Promise.reject(isDenied(error) ? why : error));
  // The vault decides when it is asked to sign; here it is only told sooner.
  checkMaySign(key, now());
  return { publicKeyInfo: publicKeyInfoIn(key), version: key.version, told: 'by vault', certificates: () => Promise.reject(why) };
}

/** The vault's certificate, of the version that was asked for: without such a version some vaults answer with the newest. */
async function readLeaf(id: AzureKeyId, vault: Vault) {
  const { der, version, keyVersion, secretVersion } = await vault.certificate(id.version);
  const found = id.collection === 'keys' ? keyVersion : version;
  if (id.version !== undefined && found !== id.version) throw otherVersion(id, id.version, found);
  return { leaf: parseCertificate(der, `certificate ${id.name} in ${id.host}`), version: keyVersion, secretVersion };
}

async function readSecret(id: AzureKeyId, vault: Vault, version: string | undefined) {
  const secret = await vault.secret(version);
  const { certificatesOf } = await import('./bundle.ts');
  return { pool: certificatesOf(secret, `secret ${id.name} in ${id.host}`), version: secret.keyVersion };
}

async function holdingOfPool(pool: readonly Certificate[], version: string | undefined): Promise<Holding> {
  const leaf = await leafOf(pool, () => orderedBy(pool));
  if (leaf === undefined) throw noChain('the secret holds no certificate');
  return holdingOf(leaf, version, async () => pool);
}

function holdingOf(leaf: Certificate, version: string | undefined, rest: () => Promise<readonly Certificate[]>): Holding {
  const certificates = once(async () => orderedBy([leaf, ...(await rest())], leaf.publicKeyInfo));
  return { publicKeyInfo: leaf.publicKeyInfo, version, told: 'by vault', certificates };
}

/** Ordering verifies signatures: what does that is loaded for signatures alone. */
async function orderedBy(pool: readonly Certificate[], leafKey?: Der): Promise<readonly Certificate[]> {
  return (await import('../../x509/chain/chain.ts')).orderChain(pool, leafKey);
}

function otherVersion({ name, host }: AzureKeyId, wanted: string, found: string): NotationError {
  return new NotationError(
    'KEY_MISMATCH',
    `${host}: expected the certificate ${JSON.stringify(name)} of version ${wanted}, found that of ${found}`,
    {
      hint: 'correct the version in the key id, or leave it out to use the newest',
    },
  );
}
