// All that a report is made of.
import type { NotationError } from '../../core/error.ts';
import type { Descriptor } from '../../core/model.ts';
import type { BlobStatement, OciStatement, StoreReference } from '../../policy/statement.ts';
import type { Outcome } from '../../verify/outcome.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Build } from '../context.ts';
import type { Judged } from '../verify/verdict.ts';

/** What the report is about. */
export type Subject =
  | {
      readonly kind: 'artifact';
      /** As it was asked for. */
      readonly reference: string;
      /** `repository@digest`, or `path@digest`. */
      readonly name: string;
      readonly descriptor: Descriptor;
      /** The tag that it was named by. */
      readonly tag?: string;
      /** Where it is an OCI layout's: the repository whose statement applies. */
      readonly scope?: string;
    }
  | { readonly kind: 'blob'; readonly path: string; readonly signature: string };

/** A trust store of the statement, and what is in it or why that cannot be told. */
export interface StoreContent {
  readonly store: StoreReference;
  readonly certificates: readonly Certificate[] | NotationError;
}

export interface ReportFacts {
  readonly subject: Subject;
  readonly statement: OciStatement | BlobStatement;
  readonly outcome: Outcome<{ readonly digest?: string }>;
  /** Every signature that was looked at, in the order in which they are listed. */
  readonly signatures: readonly Judged[];
  /** What other signatures there are: none, more than may be tried, or those that could not be listed. */
  readonly rest: 'nothing' | 'more' | NotationError;
  /** Why it is not verified, as `verify` concludes. */
  readonly conclusion: NotationError | undefined;
  readonly stores: readonly StoreContent[];
  /** What the caller wants signed, among other metadata. */
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly maxSignatures: number;
  readonly offline: boolean;
  readonly at: Date;
  readonly maker: Maker;
}

/** The program that made the report. */
export interface Maker {
  readonly version: string;
  readonly build: Build;
  readonly runtime: string;
}
