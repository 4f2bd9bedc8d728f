// What came of a verification, with the evidence for each check.
import type { NotationError } from '../core/error.ts';
import type { Descriptor, Envelope, Verified } from '../core/model.ts';
import type { Action, CheckName } from '../policy/level.ts';
import type { Demands, StoreReference, TrustedIdentity } from '../policy/statement.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { RevocationReport } from '../x509/revocation/report.ts';
import type { Timestamp } from '../x509/timestamp/check.ts';

/** Which time the validity of certificates was held against, and who vouches for it. */
export type TimeEvidence =
  /** No countersignature was asked for: the time of the verification. */
  | { readonly time: 'now'; readonly at: Date }
  /** The signing authority's word (`notary.x509.signingAuthority`). */
  | { readonly time: 'authentic signing time'; readonly at: Date }
  /** A timestamp countersignature; `revocation` is of its authority's chain, and absent where the check failed before. */
  | { readonly time: 'timestamp'; readonly timestamp: Timestamp; readonly revocation?: RevocationReport };

/** A verification plugin judged in place of this program. */
export interface PluginEvidence {
  readonly plugin: { readonly name: string; readonly version: string };
  /** What it says of its verdict. */
  readonly reason?: string;
}

/** Who stands behind a chain. */
export interface AnchorEvidence {
  /** The certificate of the chain that is in a trust store, and which store. */
  readonly anchor: Certificate;
  readonly store: StoreReference;
  /** The one that the leaf's subject has; undefined where a verification plugin judges it, in a finding of its own. */
  readonly identity: TrustedIdentity | undefined;
}

/** What each check looks at. */
export interface EvidenceOf {
  readonly integrity: { readonly envelope: Verified<Envelope>; readonly chain: readonly Certificate[] };
  readonly authenticity: AnchorEvidence | PluginEvidence;
  readonly expiry: { readonly now: Date; readonly expiry?: Date };
  readonly authenticTimestamp: TimeEvidence;
  readonly revocation: RevocationReport | PluginEvidence;
}

/** What one check found. `evidence` of a failed one is what was found all the same. */
export type Verdict<C extends CheckName> =
  | { readonly result: 'passed'; readonly evidence: EvidenceOf[C] }
  | { readonly result: 'failed'; readonly error: NotationError; readonly evidence?: EvidenceOf[C] };

/** The verdict of one check, and what the policy makes of it. */
export type Finding<C extends CheckName = CheckName> = {
  readonly [K in C]: { readonly check: K } & (
    | (Verdict<K> & { readonly action: Exclude<Action, 'skip'> })
    | { readonly action: 'skip'; readonly result: 'skipped' }
  );
}[C];

/**
 * What every signature must stand besides the policy's checks, whatever the policy: to be had, to be of what it is said to be of, and to be
 * judged by the plugin that it names.
 */
export type Stage = CheckName | 'fetch' | 'verification plugin' | 'critical attributes' | 'artifact' | 'user metadata';

/** A signature that does not pass. */
export interface Rejected {
  readonly status: 'rejected';
  /** In the order of the checks; those after the one that rejected are not there. */
  readonly findings: readonly Finding[];
  /** What it failed at. */
  readonly stage: Stage;
  /** What was expected and found, and what to do. */
  readonly error: NotationError;
}

/** A signature that passes. */
export interface Accepted {
  readonly status: 'verified';
  readonly findings: readonly Finding[];
  readonly envelope: Verified<Envelope>;
  /** What was signed; its annotations are the user's metadata. */
  readonly signed: Descriptor;
}

/** What came of one signature. */
export type SignatureOutcome = Rejected | Accepted;

/** A signature of an artifact, by its manifest's digest. */
export interface OfArtifact {
  readonly digest: string;
}

/** Nothing was looked at: the statement's level is skip. */
export interface Skipped {
  readonly status: 'skipped';
}

/** No signature passed. */
export interface NonePasses<S> {
  readonly status: 'rejected';
  /** `unsigned`: there are no signatures; `too many`: there are more than may be tried, and none of those passes. */
  readonly reason: 'unsigned' | 'too many' | 'all rejected';
  readonly rejected: readonly (Rejected & S)[];
}

/** One signature passed, and those before it did not. */
export interface OnePasses<S> {
  readonly status: 'verified';
  readonly rejected: readonly (Rejected & S)[];
  readonly accepted: Accepted & S;
}

/** What came of an artifact or a blob, whose signatures are told apart by `S`. */
export type Outcome<S = unknown> = { readonly statement: Demands } & (Skipped | NonePasses<S> | OnePasses<S>);

/** What came of an artifact. */
export type ArtifactOutcome = Outcome<OfArtifact>;
