// Whom a program trusts: a trust policy and trust stores, as values or as files in notation's directory.
import { NotationError } from '../core/error.ts';
import type { BlobPolicy } from '../policy/blob.ts';
import type { Action, CheckName, LevelName } from '../policy/level.ts';
import type { OciPolicy } from '../policy/oci.ts';
import { type Demands, textOfStore } from '../policy/statement.ts';
import { statedConfigDirectory } from '../store/directories.ts';
import type { VerificationPorts } from '../verify/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import { bytesOf, type CertificateInput } from './certificate.ts';
import type { Host } from './host.ts';

/** What is checked, and what becomes of a check that fails. */
export interface SignatureVerificationDocument {
  readonly level: LevelName;
  readonly override?: Readonly<Partial<Record<Exclude<CheckName, 'integrity'>, Action>>> | undefined;
  /** `always` when absent. */
  readonly verifyTimestamp?: 'always' | 'afterCertExpiry' | undefined;
}

/** A statement of a trust policy. */
export interface StatementDocument {
  readonly name: string;
  readonly signatureVerification: SignatureVerificationDocument;
  /** `ca:acme`, `signingAuthority:acme`, `tsa:acme`. */
  readonly trustStores?: readonly StoreName[] | undefined;
  /** `x509.subject: C=US, ST=WA, O=acme`, or `*` alone. */
  readonly trustedIdentities?: readonly string[] | undefined;
}

/** A trust policy for artifacts (trust policy specification § OCI Trust Policy), as its JSON. */
export interface OciPolicyDocument {
  readonly version: '1.0';
  readonly trustPolicies: readonly (StatementDocument & {
    /** Repositories, `registry/repository`, or `*` alone. */
    readonly registryScopes: readonly string[];
  })[];
}

/** A trust policy for blobs (trust policy specification § Blob Trust Policy), as its JSON. */
export interface BlobPolicyDocument {
  readonly version: '1.0';
  readonly trustPolicies: readonly (StatementDocument & {
    /** Whether it applies where no statement is named; false when absent. */
    readonly globalPolicy?: boolean | undefined;
  })[];
}

/** A trust store as policies refer to it: `ca:acme`. */
export type StoreName = `${TrustStoreType}:${string}`;

/** A trust policy and the stores that it refers to, as values. */
export interface TrustValues<Document> {
  /** The document, or its JSON as text or UTF-8. */
  readonly policy: Document | string | Uint8Array;
  /** Certificates by the store that they are in. Every store that the statement in effect refers to must be there. */
  readonly stores: Readonly<Partial<Record<StoreName, CertificateInput | readonly CertificateInput[]>>>;
}

/** notation's directory, with `trustpolicy.json` (or `trustpolicy.oci.json`, `trustpolicy.blob.json`) and `truststore/`. */
export interface TrustDirectory {
  readonly directory: string;
}

/** Whom to trust. */
export type Trust<Document> = TrustValues<Document> | TrustDirectory;

/** Whom to trust for artifacts. */
export type OciTrust = Trust<OciPolicyDocument>;
/** Whom to trust for blobs. */
export type BlobTrust = Trust<BlobPolicyDocument>;

/** One kind of policy: how it is read, from bytes and from notation's directory, and how the statement is chosen. */
interface Kind<Policy, Statement extends Demands> {
  readonly parse: (bytes: Uint8Array, what: string) => Policy;
  readonly read: (directory: string, host: Host) => Promise<Policy>;
  readonly select: (policy: Policy) => Statement;
}

/** The statement in effect, and how its stores are read. */
export interface OpenedTrust<Statement extends Demands> {
  readonly statement: Statement;
  readonly readTrustStore: VerificationPorts['readTrustStore'];
}

/**
 * The statement for an artifact of a repository. Without `trust`, notation's directory is where the environment says.
 * @throws NotationError `POLICY`, `CERTIFICATE`, `FILE`; `CONFIG` without a directory
 */
export async function openOciTrust(trust: OciTrust | undefined, repository: string, host: Host) {
  const { parseOciPolicy, selectStatement } = await import('../policy/oci.ts');
  const read = async (config: string) => (await import('../store/trust-policy.ts')).readOciPolicy({ config, libexec: config }, host.files);
  return openTrust<OciPolicy, ReturnType<typeof selectStatement>>(trust, host, {
    parse: parseOciPolicy,
    read,
    select: (policy) => selectStatement(policy, repository),
  });
}

/** The statement for a blob: the one of that name, the global one without a name. @throws NotationError as `openOciTrust` */
export async function openBlobTrust(trust: BlobTrust | undefined, name: string | undefined, host: Host) {
  const { parseBlobPolicy, selectBlobStatement } = await import('../policy/blob.ts');
  const read = async (config: string) => (await import('../store/trust-policy.ts')).readBlobPolicy({ config, libexec: config }, host.files);
  return openTrust<BlobPolicy, ReturnType<typeof selectBlobStatement>>(trust, host, {
    parse: parseBlobPolicy,
    read,
    select: (policy) => selectBlobStatement(policy, name),
  });
}

async function openTrust<Policy, Statement extends Demands>(
  trust: Trust<unknown> | undefined,
  host: Host,
  kind: Kind<Policy, Statement>,
): Promise<OpenedTrust<Statement>> {
  if (trust !== undefined && 'policy' in trust) return openValues(trust, kind);
  const config = directoryOf(trust, host);
  const { rememberTrustStores } = await import('../store/trust-store.ts');
  const readTrustStore = rememberTrustStores({ config, libexec: config }, host.files);
  return { statement: kind.select(await kind.read(config, host)), readTrustStore };
}

/** What is given and is no directory must not come to mean another one. */
function directoryOf(trust: TrustDirectory | undefined, host: Host): string {
  const directory: unknown = trust === undefined ? statedConfigDirectory(host) : trust.directory;
  if (typeof directory === 'string' && directory !== '') return directory;
  throw new NotationError('CONFIG', 'trust: expected a policy and its stores, or a directory, found neither', {
    hint: 'give trust, or give openNotation the environment, which says where the directory of notation is',
  });
}

async function openValues<Policy, Statement extends Demands>(
  { policy, stores }: TrustValues<unknown>,
  { parse, select }: Kind<Policy, Statement>,
): Promise<OpenedTrust<Statement>> {
  const statement = select(parse(bytesOfPolicy(policy), 'trust policy'));
  // All of them now: what is wrong with a store is no signature's fault.
  const opened = new Map(
    await Promise.all(
      statement.trustStores.map(async (store) => [textOfStore(store), await readStore(textOfStore(store), store.type, stores)] as const),
    ),
  );
  return { statement, readTrustStore: async (type, name) => opened.get(textOfStore({ type, name })) ?? [] };
}

function bytesOfPolicy(policy: unknown): Uint8Array {
  if (policy instanceof Uint8Array) return policy;
  return Buffer.from(typeof policy === 'string' ? policy : (JSON.stringify(policy) ?? ''));
}

async function readStore(name: string, type: TrustStoreType, stores: TrustValues<unknown>['stores']): Promise<readonly Certificate[]> {
  const what = `trust store ${JSON.stringify(name)}`;
  const given = Object.hasOwn(stores ?? {}, name) ? stores[name as StoreName] : undefined;
  const inputs = given === undefined || typeof given === 'string' || given instanceof Uint8Array ? [given ?? []].flat() : given;
  if (inputs.length === 0) {
    throw new NotationError('POLICY', `${what}: expected certificates, found none`, {
      hint: 'the policy refers to it: put it into trust.stores',
    });
  }
  const [{ parseTrustedCertificates }, { checkTrustStoreCertificate }] = await Promise.all([
    import('../store/trust-store.ts'),
    import('../x509/chain/anchor.ts'),
  ]);
  const certificates = inputs.flatMap((input) => parseTrustedCertificates(bytesOf(input, what), what));
  for (const certificate of certificates) checkTrustStoreCertificate(type, certificate);
  return certificates;
}
