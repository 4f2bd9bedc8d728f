// AWS KMS: asymmetric keys that sign digests. It keeps no certificates, so the chain always comes from a file.
import { type Algorithm, algorithmOfSpec } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import { keySpecOf } from '../x509/key-spec.ts';
import { type AwsKeyId, parseAwsKeyId } from './aws/key-id.ts';
import { awsNames, awsSpecs } from './aws/names.ts';
import { checkRegions, placeOf } from './aws/place.ts';
import type { AwsSession } from './aws/session.ts';
import { collectCertificates, leafOf, refuseIssuersAlone } from './certificates.ts';
import { digestOf } from './digest.ts';
import { algorithmOfLeaf, chainOf } from './leaf.ts';
import type { Key, KeyContext, KeyProvider } from './provider.ts';

/** Key ids: `awskms://[endpoint]/KEY`, the ARN of a key or an alias, `alias/NAME`. */
export const awsKeys: KeyProvider = {
  open: openAwsKey,
  describe: async (keyId, context) => (await import('./aws/description.ts')).describeAwsKey(keyId, context),
  examine: async (keyId, context) => (await import('./aws/examination.ts')).examineAwsKey(keyId, context),
};

async function openAwsKey(keyId: string, context: KeyContext): Promise<Key> {
  const asked = parseAwsKeyId(keyId);
  refuseIssuersAlone(context, 'AWS KMS');
  checkRegions(asked, context.settings);
  const place = once(() => placeOf(asked, context));
  const session = once(async () => (await import('./aws/session.ts')).openSession(asked.key, await place(), context));
  const publicKeyInfo = once(async () => publicKeyOf(asked, await session()));
  const collected = await collectCertificates(context, async () => []);
  // The leaf says which key it is, so that nobody need be asked.
  const leaf = await leafOf(collected, () => chainOf(collected));
  const algorithm = leaf === undefined ? algorithmOfSpec(keySpecOf(await publicKeyInfo(), asked.key)) : algorithmOfLeaf(leaf);
  return {
    algorithm,
    publicKeyInfo,
    certificates: () => chainOf(collected),
    sign: async (message) => signDigest(message, algorithm, await session()),
  };
}

async function publicKeyOf({ key }: AwsKeyId, session: AwsSession): Promise<Der> {
  const { PublicKey: publicKey, KeySpec: spec, KeyUsage: usage } = await session.getPublicKey();
  if (!(publicKey instanceof Uint8Array) || publicKey.length === 0 || !isTextOrNothing(spec) || !isTextOrNothing(usage)) {
    throw new NotationError('UNAVAILABLE', `${key}: expected a public key from AWS KMS, found something else`);
  }
  if (usage !== undefined && usage !== 'SIGN_VERIFY') throw unusable(key, `SIGN_VERIFY, found ${usage}`);
  // Some stand-ins for AWS do not say the spec; the key itself does, and is judged after this.
  if (spec !== undefined && !awsSpecs.includes(spec)) throw unusable(key, `a key spec that Notary knows, found ${spec}`);
  return publicKey;
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value !== '');
}

function unusable(key: string, expected: string): NotationError {
  return new NotationError('KEY_UNUSABLE', `${key}: expected ${expected}`, {
    hint: `make an asymmetric KMS key with usage SIGN_VERIFY and one of the key specs ${awsSpecs.join(', ')}`,
  });
}

/** The digest goes to AWS, because it refuses messages over 4096 bytes. */
async function signDigest(message: Uint8Array, algorithm: Algorithm, session: AwsSession): Promise<Uint8Array> {
  const digest = await digestOf(message, algorithm);
  const signature = await session.sign(digest, awsNames[algorithm.keySpec].signing);
  if (algorithm.kind === 'RSA') return signature;
  return (await import('./ecdsa.ts')).toFixedWidth(signature, algorithm, 'AWS KMS');
}
