import { version } from '../core/version.ts';
import type { Mode } from '../kms/config.ts';

const verifiers = ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'] as const;

/** The `get-plugin-metadata` answer: static, so that it costs nothing but the process's start. */
export const metadata = {
  name: 'ts-kms',
  description: 'Sign with keys in a KMS or in a local file',
  version,
  url: 'https://github.com/notation-ts-kms/notation-ts-kms',
  supportedContractVersions: ['1.0'],
  capabilities: ['SIGNATURE_GENERATOR.RAW', ...verifiers],
} as const;

/** The answer where the plugin config says `mode=envelope`: notation then asks for whole envelopes, and starts two processes instead of three. */
export function metadataOf(mode: Mode): object {
  return mode === 'signature' ? metadata : { ...metadata, capabilities: ['SIGNATURE_GENERATOR.ENVELOPE', ...verifiers] };
}
