import { type ErrorCode, type NotationError, sentenceOf } from '../core/error.ts';

/** The six error codes of the plugin contract (plugin-extensibility.md, "Error codes"). */
export type ContractErrorCode = 'VALIDATION_ERROR' | 'UNSUPPORTED_CONTRACT_VERSION' | 'ACCESS_DENIED' | 'TIMEOUT' | 'THROTTLED' | 'ERROR';

export interface ContractError {
  readonly errorCode: ContractErrorCode;
  readonly errorMessage: string;
  readonly errorMetadata?: Readonly<Record<string, string>>;
}

const contractCodes: Readonly<Record<ErrorCode, ContractErrorCode>> = {
  REQUEST: 'VALIDATION_ERROR',
  CONTRACT_VERSION: 'UNSUPPORTED_CONTRACT_VERSION',
  CONFIG: 'VALIDATION_ERROR',
  KEY_NOT_FOUND: 'VALIDATION_ERROR',
  KEY_UNUSABLE: 'VALIDATION_ERROR',
  KEY_MISMATCH: 'VALIDATION_ERROR',
  CERTIFICATE: 'VALIDATION_ERROR',
  ENVELOPE: 'VALIDATION_ERROR',
  SIGNATURE: 'ERROR',
  TIMESTAMP: 'ERROR',
  POLICY: 'VALIDATION_ERROR',
  UNTRUSTED: 'ERROR',
  EXPIRED: 'ERROR',
  REVOKED: 'ERROR',
  REVOCATION: 'ERROR',
  UNVERIFIED: 'ERROR',
  MANIFEST: 'ERROR',
  NOT_FOUND: 'ERROR',
  FILE: 'VALIDATION_ERROR',
  ACCESS_DENIED: 'ACCESS_DENIED',
  TIMEOUT: 'TIMEOUT',
  THROTTLED: 'THROTTLED',
  ABORTED: 'ERROR',
  UNAVAILABLE: 'ERROR',
  INTERNAL: 'ERROR',
};

/** The error as the contract says it. notation shows its user `errorMessage` alone, so the hint goes into it. */
export function toWire(error: NotationError): ContractError {
  const errorMetadata = { ...error.metadata, code: error.code };
  return { errorCode: contractCodes[error.code], errorMessage: sentenceOf(error), errorMetadata };
}
