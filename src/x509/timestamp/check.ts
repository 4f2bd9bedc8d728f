// Whether a timestamp token may be believed, and what it then says.
import { createHash } from 'node:crypto';
import type { HashAlgorithm } from '../../core/algorithm.ts';
import { equalBytes, toHex } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import type { Certificate } from '../certificate.ts';
import { asTimestampError, brokenToken } from './error.ts';
import { type TimeRange, type TimestampInfo, timeRangeOf } from './info.ts';
import { checkSigner } from './signer.ts';
import type { TimestampToken } from './token.ts';

/** What a token must be good for. */
export interface TimestampWish {
  /** What was timestamped: an envelope's signature value. */
  readonly message: Uint8Array;
  /** The hash that the token must have used; any of SHA-2 when absent, as the reference has it at verification. */
  readonly hash?: HashAlgorithm;
  /** Root CA certificates, as `anchor.ts` checks them. */
  readonly roots: readonly Certificate[];
}

/** A timestamp that may be believed. */
export interface Timestamp extends TimeRange {
  readonly info: TimestampInfo;
  /** The authority's chain, leaf first, root last; valid at `info.genTime`. Whether it was revoked is not known here. */
  readonly chain: readonly Certificate[];
}

/**
 * Checks a token by RFC 3161, RFC 5816 and the Notary specifications: its signature, its attributes, the signing certificate that they
 * name, that certificate's chain to one of the roots at the token's own time, and the digest of the message (TSV-004 to TSV-008, TSV-010).
 * Of several signers one that holds is enough. Revocation is not looked at.
 * @throws NotationError `TIMESTAMP`, with what was expected and found.
 */
export function checkTimestampToken(token: TimestampToken, { message, hash, roots }: TimestampWish): Timestamp {
  return asTimestampError(() => {
    const chain = checkSigners(token, roots);
    checkImprint(token.info, message, hash);
    return { info: token.info, ...timeRangeOf(token.info), chain };
  });
}

/**
 * Checks that a timestamp is of this message, made with `hash` when that is given.
 * @throws NotationError `TIMESTAMP`
 */
export function checkImprint({ imprint }: TimestampInfo, message: Uint8Array, hash?: HashAlgorithm): void {
  if (imprint.hash === undefined) throw brokenToken('expected a message imprint with SHA-256, SHA-384 or SHA-512, found another hash');
  if (hash !== undefined && imprint.hash !== hash) throw brokenToken(`expected a message imprint with ${hash}, found ${imprint.hash}`);
  const expected = createHash(imprint.hash).update(message).digest();
  if (equalBytes(imprint.digest, expected)) return;
  throw brokenToken(`expected the message imprint ${toHex(expected)}, found ${toHex(imprint.digest.subarray(0, 64))}`, {
    hint: 'the timestamp is of something else: it was moved from another signature, or the signature was changed',
  });
}

const maximumSigners = 8;

function checkSigners(token: TimestampToken, roots: readonly Certificate[]): readonly Certificate[] {
  if (token.signers.length === 0 || token.signers.length > maximumSigners)
    throw brokenToken(`expected 1 to ${maximumSigners} signers, found ${token.signers.length}`);
  const failures: NotationError[] = [];
  for (const signer of token.signers) {
    try {
      return checkSigner(signer, token, roots);
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}
