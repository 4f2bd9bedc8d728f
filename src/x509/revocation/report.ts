// The words for whether certificates are revoked, for those who ask and those who find out (trust policy specification § Certificate Revocation Evaluation).
import type { NotationError } from '../../core/error.ts';
import type { Certificate } from '../certificate.ts';

/** A chain whose certificates are in question. */
export interface RevocationQuestion {
  /** Leaf first, root last, each issued by the next; the rules for chains were checked before. */
  readonly chain: readonly Certificate[];
  /** When the signature was made, where an authority vouches for that: a revocation for a later invalidity date does not count (REV-009, REV-014). */
  readonly authenticSigningTime?: Date;
}

/** How a certificate's revocation is asked about. */
export type RevocationMethod = 'OCSP' | 'CRL';

/** Who said it: a responder or a CRL by its URL, and from when to when that holds. */
export interface RevocationSource {
  readonly method: RevocationMethod;
  readonly url: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** From the cache, not from the network. */
  readonly cached: boolean;
}

/** A source that did not tell. */
export interface RevocationProblem {
  readonly method: RevocationMethod;
  readonly url: string;
  readonly error: NotationError;
}

/** What is known of one certificate. */
export type CertificateStatus = { readonly certificate: Certificate; readonly problems: readonly RevocationProblem[] } & (
  | { readonly status: 'good'; readonly source: RevocationSource }
  | {
      readonly status: 'revoked';
      readonly source: RevocationSource;
      readonly revokedAt: Date;
      /** As RFC 5280 §5.3.1 names it: keyCompromise, certificateHold … */
      readonly reason?: string;
      readonly invalidityDate?: Date;
    }
  | { readonly status: 'unknown' }
  /** A root, or a certificate that names no responder and no CRL: it cannot be revoked (REV-004). */
  | { readonly status: 'not revocable'; readonly why: 'root' | 'no source' }
);

/** What is known of a chain. */
export interface RevocationReport {
  /** `revoked` when one is; `good` when each is good or not revocable; `unknown` otherwise (REV-002). */
  readonly verdict: 'good' | 'revoked' | 'unknown';
  /** As the chain, leaf first. */
  readonly certificates: readonly CertificateStatus[];
}

/** Finds out. Never throws for what responders and servers do: that makes a certificate's status unknown. */
export type AskRevocation = (question: RevocationQuestion) => Promise<RevocationReport>;
