import type { KeySpec } from '../../core/algorithm.ts';

type SigningAlgorithm = `RSASSA_PSS_SHA_${256 | 384 | 512}` | `ECDSA_SHA_${256 | 384 | 512}`;

/** AWS's names of the six algorithms. */
export const awsNames: Readonly<Record<KeySpec, { readonly spec: string; readonly signing: SigningAlgorithm }>> = {
  'RSA-2048': { spec: 'RSA_2048', signing: 'RSASSA_PSS_SHA_256' },
  'RSA-3072': { spec: 'RSA_3072', signing: 'RSASSA_PSS_SHA_384' },
  'RSA-4096': { spec: 'RSA_4096', signing: 'RSASSA_PSS_SHA_512' },
  'EC-256': { spec: 'ECC_NIST_P256', signing: 'ECDSA_SHA_256' },
  'EC-384': { spec: 'ECC_NIST_P384', signing: 'ECDSA_SHA_384' },
  'EC-521': { spec: 'ECC_NIST_P521', signing: 'ECDSA_SHA_512' },
};

/** Of the six, in AWS's own words. */
export const awsSpecs: readonly string[] = Object.values(awsNames).map(({ spec }) => spec);
