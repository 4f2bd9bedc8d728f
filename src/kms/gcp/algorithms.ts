import { type Algorithm, algorithmOfSpec, type KeySpec } from '../../core/algorithm.ts';
import { NotationError } from '../../core/error.ts';

/** Cloud KMS's names of the algorithms that it shares with Notary: four of the six. */
const gcpNames: Readonly<Partial<Record<KeySpec, string>>> = {
  'RSA-2048': 'RSA_SIGN_PSS_2048_SHA256',
  'RSA-4096': 'RSA_SIGN_PSS_4096_SHA512',
  'EC-256': 'EC_SIGN_P256_SHA256',
  'EC-384': 'EC_SIGN_P384_SHA384',
};

const usable = Object.values(gcpNames).join(', ');

/** The key spec that a version of this algorithm has, where it signs as Notary wants; undefined for all others. */
export function specOfName(name: string): KeySpec | undefined {
  return (Object.keys(gcpNames) as KeySpec[]).find((spec) => gcpNames[spec] === name);
}

/** The row of a version's algorithm. @throws NotationError `KEY_UNUSABLE` for what Notary has not, with what to create instead */
export function algorithmOfName(name: string, version: string): Algorithm {
  const spec = specOfName(name);
  if (spec !== undefined) return algorithmOfSpec(spec);
  throw new NotationError('KEY_UNUSABLE', `${version}: expected an algorithm of ${usable}, found ${name}`, {
    hint: `${reasonFor(name)}: ${create(substituteFor(name))}`,
    metadata: { providerCode: name },
  });
}

/** @throws NotationError `KEY_UNUSABLE` when no key of Cloud KMS can make this algorithm's signatures */
export function checkHasAlgorithm({ keySpec, signing }: Algorithm, what: string): void {
  if (gcpNames[keySpec] !== undefined) return;
  throw new NotationError(
    'KEY_UNUSABLE',
    `${what}: expected a key of ${Object.keys(gcpNames).join(', ')}, found ${keySpec}: Cloud KMS has no ${signing}`,
    { hint: create(substituteFor(keySpec)) },
  );
}

function reasonFor(name: string): string {
  if (name.startsWith('RSA_SIGN_PSS_3072')) return 'Notary signs with RSA-3072 and SHA-384, which Cloud KMS does not have';
  if (name.startsWith('RSA_SIGN_PSS')) return 'Notary hashes for RSA-4096 with SHA-512';
  if (/^RSA_SIGN_(?:RAW_)?PKCS1/.test(name)) return 'Notary takes no RSA signatures by PKCS#1 v1.5';
  if (name.startsWith('RSA_DECRYPT') || !name.includes('_SIGN_')) return 'it is not one that Notary signs with';
  return 'Notary signs with P-256, P-384 and P-521 alone of the curves';
}

/** The nearest that there is: of the same kind, and not weaker. */
function substituteFor(name: string): string {
  if (/EC-521|P384|384/.test(name)) return 'ec-sign-p384-sha384';
  if (/^RSA.*2048/.test(name)) return 'rsa-sign-pss-2048-sha256';
  return /^RSA/.test(name) ? 'rsa-sign-pss-4096-sha512' : 'ec-sign-p256-sha256';
}

function create(algorithm: string): string {
  return `create a key with gcloud kms keys create --purpose asymmetric-signing --default-algorithm ${algorithm}`;
}
