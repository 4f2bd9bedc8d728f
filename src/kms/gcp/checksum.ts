// CRC32C (RFC 3720 §12.1), by which Cloud KMS lets both sides find what was changed between them.
import { crc32c } from '@aws-crypto/crc32c';
import { NotationError } from '../../core/error.ts';

/** As JSON has an int64: a decimal text. */
export function checksumOf(bytes: Uint8Array): string {
  return String(crc32c(bytes));
}

/** @throws NotationError `UNAVAILABLE` when the checksum that came with the bytes is absent or another one */
export function checkChecksum(bytes: Uint8Array, told: unknown, what: string): void {
  if (told === checksumOf(bytes)) return;
  throw corrupted(`${what}: expected the checksum that goes with it, found ${told === undefined ? 'none' : 'another'}`);
}

/** The error of what was not received as it was sent. */
export function corrupted(message: string): NotationError {
  return new NotationError('UNAVAILABLE', message, {
    hint: 'try again; if it goes on, something between this machine and Cloud KMS changes what is sent',
    metadata: { retryable: 'true' },
  });
}
