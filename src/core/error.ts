/**
 * Everything that can go wrong, as a closed union.
 *
 * - `REQUEST`: what the caller sent is malformed
 * - `CONTRACT_VERSION`: the caller speaks another major version of the plugin contract
 * - `CONFIG`: an option is unknown, malformed, or contradicts another
 * - `KEY_NOT_FOUND`: no key of that name
 * - `KEY_UNUSABLE`: the key exists and cannot make such a signature
 * - `KEY_MISMATCH`: the key is not the certificate's
 * - `CERTIFICATE`: a certificate or chain is malformed or breaks a rule
 * - `ENVELOPE`: a signature envelope is malformed
 * - `SIGNATURE`: a signature does not hold
 * - `TIMESTAMP`: a timestamp, or what an authority answered for one, breaks a rule
 * - `POLICY`: a trust policy is malformed, or none of its statements applies
 * - `UNTRUSTED`: a certificate leads to nothing that the trust policy trusts, or its subject is no trusted identity
 * - `EXPIRED`: a signature is past its expiry
 * - `REVOKED`: a certificate is revoked
 * - `REVOCATION`: whether a certificate is revoked cannot be told
 * - `UNVERIFIED`: no signature of an artifact passes the trust policy
 * - `MANIFEST`: a manifest or an index is malformed, too large, or not what it is said to be
 * - `NOT_FOUND`: no such artifact, tag or repository
 * - `FILE`: a file is missing, unreadable, too large or in the way
 * - `ACCESS_DENIED`: who asks may not
 * - `TIMEOUT`, `THROTTLED`: the caller may try again
 * - `ABORTED`: the caller's own AbortSignal ended the call
 * - `UNAVAILABLE`: a peer does not answer, or answers nonsense
 * - `INTERNAL`: a bug of ours
 */
export type ErrorCode =
  | 'REQUEST'
  | 'CONTRACT_VERSION'
  | 'CONFIG'
  | 'KEY_NOT_FOUND'
  | 'KEY_UNUSABLE'
  | 'KEY_MISMATCH'
  | 'CERTIFICATE'
  | 'ENVELOPE'
  | 'SIGNATURE'
  | 'TIMESTAMP'
  | 'POLICY'
  | 'UNTRUSTED'
  | 'EXPIRED'
  | 'REVOKED'
  | 'REVOCATION'
  | 'UNVERIFIED'
  | 'MANIFEST'
  | 'NOT_FOUND'
  | 'FILE'
  | 'ACCESS_DENIED'
  | 'TIMEOUT'
  | 'THROTTLED'
  | 'ABORTED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** What an error says besides its message. */
export interface ErrorDetails {
  /** What to do next, as a sentence without a full stop. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Facts for machines: the provider's own code, its request id. Never a secret. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The one error of this project. `message` says what was expected and what was found, and never holds a secret, a token or a key. */
export class NotationError extends Error {
  override readonly name = 'NotationError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.metadata = details.metadata;
  }
}

/** Message and hint as one sentence: notation shows its user one text, and the tool prints one line. */
export function sentenceOf({ message, hint }: NotationError): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

/** The same error in other words; its code, its hint and its facts stay. */
export function restated(error: NotationError, message: string): NotationError {
  const { code, hint, metadata } = error;
  return new NotationError(code, message, { cause: error, ...(hint !== undefined && { hint }), ...(metadata && { metadata }) });
}

/** Puts the words of a command before the error of what it does. @throws NotationError what `work` throws, restated */
export async function inWords<T>(failure: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof NotationError ? restated(cause, `${failure}: ${cause.message}`) : cause;
  }
}

/** The error of ours that is, or that caused, what a library threw; undefined when there is none. */
export function ownErrorIn(error: unknown): NotationError | undefined {
  if (error instanceof NotationError) return error;
  return error instanceof Error ? ownErrorIn(error.cause) : undefined;
}

/** The error as it is when it is ours; otherwise a bug, told as one. */
export function toNotationError(error: unknown): NotationError {
  if (error instanceof NotationError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new NotationError('INTERNAL', `unexpected failure: ${said}`, {
    cause: error,
    hint: 'this is a bug in notation-ts-kms: report it with the log that log_file writes',
  });
}
