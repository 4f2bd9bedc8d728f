// Google Cloud KMS: versions of asymmetric keys, which sign digests. It keeps no certificates, so the chain always comes from a file.
import type { Algorithm } from '../core/algorithm.ts';
import { once } from '../core/once.ts';
import type { Certificate } from '../x509/certificate.ts';
import { collectCertificates, leafOf, refuseIssuersAlone } from './certificates.ts';
import { digestOf } from './digest.ts';
import { algorithmOfName, checkHasAlgorithm } from './gcp/algorithms.ts';
import { parseGcpKeyId, versionName } from './gcp/key-id.ts';
import type { GcpPublicKey } from './gcp/public-key.ts';
import type { GcpSession } from './gcp/session.ts';
import { algorithmOfLeaf, chainOf } from './leaf.ts';
import type { Key, KeyContext, KeyProvider } from './provider.ts';

/** Key ids: `gcpkms://projects/…/cryptoKeyVersions/N`, and the bare resource name. */
export const gcpKeys: KeyProvider = {
  open: openGcpKey,
  examine: async (keyId, context) => (await import('./gcp/examination.ts')).examineGcpKey(keyId, context),
  describe: async (keyId, context) => (await import('./gcp/description.ts')).describeGcpKey(keyId, context),
};

async function openGcpKey(keyId: string, context: KeyContext): Promise<Key> {
  const id = parseGcpKeyId(keyId);
  refuseIssuersAlone(context, 'Google Cloud KMS');
  const session = once(async () => (await import('./gcp/session.ts')).openSession(context));
  if (id.version === undefined) throw await (await import('./gcp/versions.ts')).missingVersion(id, await session());
  const name = versionName(id, id.version);
  const publicKey = once(async () => (await import('./gcp/public-key.ts')).getPublicKey(name, await session()));
  const collected = await collectCertificates(context, async () => []);
  // The leaf says which key it is, so that nobody need be asked.
  const leaf = await leafOf(collected, () => chainOf(collected));
  const algorithm = leaf === undefined ? algorithmOfName((await publicKey()).algorithm, name) : supportedAlgorithmOf(leaf);
  return {
    algorithm,
    publicKeyInfo: async () => {
      const { algorithm: found, publicKeyInfo } = await publicKey();
      algorithmOfName(found, name);
      return publicKeyInfo;
    },
    certificates: () => chainOf(collected),
    sign: async (message) => signMessage(message, { name, algorithm, leaf, session: await session(), publicKey }),
  };
}

function supportedAlgorithmOf(leaf: Certificate): Algorithm {
  const algorithm = algorithmOfLeaf(leaf);
  checkHasAlgorithm(algorithm, 'leaf certificate');
  return algorithm;
}

interface Signing {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly leaf: Certificate | undefined;
  readonly session: GcpSession;
  readonly publicKey: () => Promise<GcpPublicKey>;
}

async function signMessage(message: Uint8Array, signing: Signing): Promise<Uint8Array> {
  const { name, algorithm, session } = signing;
  const { signDigest } = await import('./gcp/sign.ts');
  const digest = await digestOf(message, algorithm);
  const signature = await signDigest(name, digest, algorithm, session).catch(async (error: unknown) => {
    const { isObjection } = await import('./gcp/error.ts');
    if (isObjection(error)) await explain(signing);
    throw error;
  });
  const fixed = algorithm.kind === 'RSA' ? signature : (await import('./ecdsa.ts')).toFixedWidth(signature, algorithm, session.host);
  await checkScheme(message, fixed, signing);
  return fixed;
}

/** A version signs by its own algorithm, whatever was meant, and says which only when asked: so it is asked when the signature does not verify. */
async function checkScheme(message: Uint8Array, signature: Uint8Array, signing: Signing): Promise<void> {
  const { leaf, algorithm } = signing;
  if (leaf === undefined) return;
  const { verifySignature } = await import('../x509/public-key.ts');
  if (!verifySignature(leaf.publicKeyInfo, algorithm, message, signature)) await explain(signing);
}

/** @throws NotationError `KEY_UNUSABLE` when the version's algorithm is the reason; what else it may be is told by others */
async function explain({ name, publicKey }: Signing): Promise<void> {
  const found = await publicKey().catch(() => undefined);
  if (found !== undefined) algorithmOfName(found.algorithm, name);
}
