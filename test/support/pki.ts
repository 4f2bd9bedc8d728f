// Mints keys, certificates and chains for tests, with the project's own code and node:crypto.
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Algorithm, algorithmOfSpec, type KeySpec } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import {
  authorityKeyId,
  basicConstraints,
  type CertificateDraft,
  type ExtensionDraft,
  encodeTbs,
  extendedKeyUsage,
  issueCertificate,
  keyUsage,
  randomSerial,
  sealCertificate,
  subjectKeyId,
} from '../../src/x509/issue/issue.ts';

/** A key pair of one of the six specs. */
export interface TestKey {
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKeyInfo: Der;
  /** As `Key.sign`: PSS with salt = hash length, or r‖s. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** A certificate with the key it certifies. */
export interface Holder {
  readonly key: TestKey;
  readonly certificate: Certificate;
}

/** What of a draft to make otherwise. */
export type Change = Partial<CertificateDraft>;

/** Makes a chain; `changes[0]` changes the leaf, the next its issuer, and so on up. */
export interface ChainWish {
  readonly spec?: KeySpec;
  /** Spec of all CA keys; EC-256 unless said. */
  readonly caSpec?: KeySpec;
  readonly intermediates?: number;
  readonly changes?: readonly Change[];
  readonly purpose?: 'code signing' | 'timestamping';
}

const curves = { 256: 'P-256', 384: 'P-384', 521: 'P-521' } as const;
const kept = new Map<string, TestKey>();

/** The key `name` of this spec: made once for each process, because RSA keys take long. */
export function keyOf(spec: KeySpec, name = ''): TestKey {
  const known = kept.get(`${spec} ${name}`);
  const key = known ?? generateKey(spec);
  kept.set(`${spec} ${name}`, key);
  return key;
}

/** The day on which certificates begin to be valid unless said otherwise; they last ten years. */
export const validFrom: Date = new Date('2025-01-01T00:00:00Z');
export const validUntil: Date = new Date('2035-01-01T00:00:00Z');
/** A moment at which they are valid. */
export const during: Date = new Date('2026-06-01T12:00:00Z');

/** A chain, leaf first, root last. */
export async function mintChain(wish: ChainWish = {}): Promise<readonly Holder[]> {
  const { spec = 'EC-256', caSpec = 'EC-256', intermediates = 1, changes = [], purpose = 'code signing' } = wish;
  const last = intermediates + 1;
  const root = await mintCa('root', undefined, { ...changes[last] }, caSpec);
  const holders = [root];
  for (let level = last - 1; level > 0; level -= 1) {
    holders.unshift(await mintCa(`intermediate ${level}`, holders[0], { ...changes[level] }, caSpec));
  }
  return [await mintLeaf('leaf', holders[0] ?? root, { ...changes[0] }, spec, purpose), ...holders];
}

/** A CA below `issuer`, or a root. Its key is the one `keyOf` keeps under its name. */
export function mintCa(name: string, issuer: Holder | undefined, change: Change = {}, spec: KeySpec = 'EC-256'): Promise<Holder> {
  return mint(name, issuer, change, keyOf(spec, name), [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])]);
}

/** A leaf below `issuer`; self-signed without one. */
export function mintLeaf(
  name: string,
  issuer: Holder | undefined,
  change: Change = {},
  spec: KeySpec = 'EC-256',
  purpose: 'code signing' | 'timestamping' = 'code signing',
): Promise<Holder> {
  const use =
    purpose === 'timestamping'
      ? extendedKeyUsage([extendedKeyUsageOid.timeStamping], true)
      : extendedKeyUsage([extendedKeyUsageOid.codeSigning]);
  return mint(name, issuer, change, keyOf(spec, name), [keyUsage(['digitalSignature']), use]);
}

/** A leaf for a public key whose private half is elsewhere. */
export async function certifyKey(name: string, publicKeyInfo: Der, issuer: Holder, change: Change = {}): Promise<Der> {
  const own = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.codeSigning])];
  const draft = draftOf(name, issuer, { ...issuer.key, publicKeyInfo }, own);
  return issueCertificate({ ...draft, ...change }, issuer.key.sign);
}

/** The name of everything minted here: C, ST, O and the common name. */
export function subjectOf(commonName: string): readonly (readonly [string, string])[] {
  return [
    ['C', 'US'],
    ['ST', 'WA'],
    ['O', 'notation-ts-kms'],
    ['CN', commonName],
  ];
}

/** A certificate whose signature is made otherwise than `issueCertificate` makes it: `sign` answers in the form `signatureAlgorithm` has in certificates. */
export function mintSigned(draft: CertificateDraft, signatureAlgorithm: Der, signTbs: (tbs: Uint8Array) => Uint8Array): Certificate {
  const tbs = encodeTbs(draft, signatureAlgorithm);
  return parseCertificate(sealCertificate(tbs, signatureAlgorithm, signTbs(tbs)));
}

/** The draft behind `mintCa` and `mintLeaf`, for tests that sign by themselves. */
export function draftOf(name: string, issuer: Holder | undefined, key: TestKey, own: readonly ExtensionDraft[]): CertificateDraft {
  const issuerKey = issuer?.key ?? key;
  return {
    subject: subjectOf(name),
    issuer: issuer ? issuer.certificate.subject : subjectOf(name),
    serial: randomSerial(),
    notBefore: validFrom,
    notAfter: validUntil,
    publicKeyInfo: key.publicKeyInfo,
    algorithm: issuerKey.algorithm,
    extensions: [...own, subjectKeyId(key.publicKeyInfo), authorityKeyId(issuerKey.publicKeyInfo)],
  };
}

async function mint(
  name: string,
  issuer: Holder | undefined,
  change: Change,
  key: TestKey,
  own: readonly ExtensionDraft[],
): Promise<Holder> {
  const draft = { ...draftOf(name, issuer, key, own), ...change };
  const certificate = parseCertificate(await issueCertificate(draft, (issuer?.key ?? key).sign));
  return { key, certificate };
}

function generateKey(spec: KeySpec): TestKey {
  const algorithm = algorithmOfSpec(spec);
  const { privateKey, publicKey } =
    algorithm.kind === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength: algorithm.bits })
      : generateKeyPairSync('ec', { namedCurve: curves[algorithm.bits] });
  const how =
    algorithm.kind === 'RSA'
      ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.hashBytes }
      : { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
  return {
    algorithm,
    privateKey,
    publicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
    sign: async (message) => sign(algorithm.hash, message, how),
  };
}

/** The SubjectPublicKeyInfo in a PEM block, as it stands there. */
export function publicKeyInfoOfPem(pem: string): Der {
  return new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
}
