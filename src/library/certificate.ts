import { NotationError } from '../core/error.ts';

/** Certificates as a program has them: PEM as text, or PEM or DER as bytes; one or more. */
export type CertificateInput = string | Uint8Array;

/** The bytes of certificates, not yet read. @throws NotationError `REQUEST` for what is neither text nor bytes */
export function bytesOf(input: CertificateInput, what: string): Uint8Array {
  if (typeof input === 'string') return Buffer.from(input);
  if (input instanceof Uint8Array) return input;
  throw new NotationError('REQUEST', `${what}: expected certificates as PEM or DER, found ${typeof input}`);
}
