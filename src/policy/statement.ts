// Statements of trust policies, read and checked (trust store and trust policy specification § Trust Policy).
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import type { Identity } from '../x509/distinguished-name.ts';
import type { Actions, LevelName } from './level.ts';

/** A named store as a statement refers to it: `ca:acme`. */
export interface StoreReference {
  readonly type: TrustStoreType;
  readonly name: string;
}

/** Whom a statement trusts: anybody under its stores, the holder of a subject, or what only a verification plugin understands. */
export type TrustedIdentity =
  | { readonly kind: 'any' }
  | { readonly kind: 'subject'; readonly text: string; readonly identity: Identity }
  | { readonly kind: 'other'; readonly text: string };

/** What one statement demands. */
export interface Demands {
  readonly name: string;
  readonly level: LevelName;
  /** The level's, with the statement's overrides applied. */
  readonly actions: Actions;
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  /** In the document's order; none when the level is skip. */
  readonly trustStores: readonly StoreReference[];
  readonly trustedIdentities: readonly TrustedIdentity[];
}

/** A statement about artifacts in repositories. */
export interface OciStatement extends Demands {
  /** Repositories `registry/repository`, or `*` alone. */
  readonly registryScopes: readonly string[];
}

/** A statement about blobs. */
export interface BlobStatement extends Demands {
  readonly globalPolicy: boolean;
}

/** `ca:acme`, as a policy writes it. */
export function textOfStore({ type, name }: StoreReference): string {
  return `${type}:${name}`;
}

/** An identity as a policy writes it. */
export function textOfIdentity(identity: TrustedIdentity): string {
  return identity.kind === 'any' ? '*' : identity.text;
}
