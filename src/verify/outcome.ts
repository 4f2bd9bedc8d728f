// What came of a verification, with the evidence for each check.
import type { NotationError } from '../core/error.ts';
import type { Descriptor, Envelope, Verified } from '../core/model.ts';
import type { Action, CheckName } from '../policy/level.ts';
import type { Demands, StoreReference } from '../policy/statement.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { RevocationReport } from '../x509/revocation.ts';
import type { Timestamp } from '../x509/timestamp-check.ts';

/** Which time the validity of certificates was held against, and who vouches for it. */
export type TimeEvidence =
  /** No countersignature was asked for: the time of the verification. */
  | { readonly time: 'now'; readonly at: Date }
  /** The signing authority's word (`notary.x509.signingAuthority`). */
  | { readonly time: 'authentic signing time'; readonly at: Date }
  /** A timestamp countersignature, and what is known of its authority's chain. */
  | { readonly time: 'timestamp'; readonly timestamp: Timestamp; readonly revocation: RevocationReport };

/** What was found by each check that passed, or before it failed. */
export interface EvidenceOf {
  readonly integrity: { readonly envelope: Verified<Envelope>; readonly chain: readonly Certificate[] };
  readonly authenticity: {
    /** The certificate of the chain that is in a trust store, and which store. */
    readonly anchor: Certificate;
    readonly store: StoreReference;
    /** The trusted identity that the leaf's subject is; `*` for anybody. */
    readonly identity: string;
  };
  readonly expiry: { readonly now: Date; readonly expiry?: Date };
  readonly authenticTimestamp: TimeEvidence;
  readonly revocation: RevocationReport;
}

/** What one check came to. */
export type Finding<C extends CheckName = CheckName> = {
  readonly [K in C]:
    | { readonly check: K; readonly action: Exclude<Action, 'skip'>; readonly result: 'passed'; readonly evidence: EvidenceOf[K] }
    | {
        readonly check: K;
        readonly action: Exclude<Action, 'skip'>;
        readonly result: 'failed';
        /** What was expected and found, and what to do. */
        readonly error: NotationError;
        /** What was found all the same. */
        readonly evidence?: Partial<EvidenceOf[K]>;
      }
    | { readonly check: K; readonly action: 'skip'; readonly result: 'skipped' };
}[C];

/** What came of one signature. */
export type SignatureOutcome = {
  /** In the order of the checks; those after the one that rejected are not there. */
  readonly findings: readonly Finding[];
} & (
  | { readonly status: 'rejected'; readonly error: NotationError }
  | {
      readonly status: 'verified';
      readonly envelope: Verified<Envelope>;
      /** What was signed; its annotations are the user's metadata. */
      readonly signed: Descriptor;
    }
);

/** One signature of an artifact; `digest` is its manifest's. */
export type ArtifactSignature = SignatureOutcome & { readonly digest: string };

/** What came of an artifact or blob whose signatures are `S`. */
export type Outcome<S extends SignatureOutcome = SignatureOutcome> = {
  readonly statement: Demands;
} /** The statement's level is skip: nothing was looked at. */ & (
  | { readonly status: 'skipped' }
  /** `signatures` are all that were tried. */
  | { readonly status: 'rejected'; readonly signatures: readonly S[]; readonly error: NotationError }
  /** `signatures` are those that were rejected before; `verified` is the first that passes. */
  | { readonly status: 'verified'; readonly signatures: readonly S[]; readonly verified: S & { readonly status: 'verified' } }
);

export type ArtifactOutcome = Outcome<ArtifactSignature>;
export type BlobOutcome = Outcome;
