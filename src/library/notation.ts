// The library: one instance for each set of surroundings, which shares nothing with another.
import type { CallOptions } from '../core/abort.ts';
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import { once } from '../core/once.ts';
import type { InspectedEnvelope } from '../envelope/inspection.ts';
import type { ArtifactOutcome, Outcome } from '../verify/outcome.ts';
import { openHost } from './host.ts';
import type { ArtifactInspection, InspectOptions } from './inspect.ts';
import type { BackendKey, KeyOptions } from './key.ts';
import type { NotationOptions } from './options.ts';
import type { ArtifactSignature, NewBlobSignature, SignOptions } from './sign.ts';
import type { Artifact, BlobSignature, BlobSource, ScopedArtifact, SignedBlob } from './source.ts';
import type { VerifyArtifactOptions, VerifyBlobOptions } from './verify.ts';

/**
 * Signs and verifies. What goes wrong is a `NotationError`, whose `code` says what kind of thing it is; what the caller's own key, stream or
 * function of credentials throws comes through as it is.
 */
export interface Notation {
  /**
   * Signs an artifact and stores the signature beside it. A call that is ended by its signal may have stored it already.
   * @throws NotationError `REQUEST`, `NOT_FOUND`, `ACCESS_DENIED`; what opening the key and signing throw: `KEY_NOT_FOUND`, `KEY_MISMATCH`,
   *   `CERTIFICATE`, `TIMESTAMP` …; `ABORTED`, `TIMEOUT`, `UNAVAILABLE`
   */
  sign(artifact: Artifact, options: SignOptions): Promise<ArtifactSignature>;
  /** Signs a blob; the signature is the answer, and stored nowhere. @throws NotationError as for an artifact, `FILE` */
  sign(blob: BlobSource, options: SignOptions): Promise<NewBlobSignature>;

  /**
   * Verifies an artifact: tries its signatures until one passes the trust policy. A signature that does not pass is no error but a part of the
   * outcome, with the reason. Only a `verified` outcome says what was signed; `requireVerified` throws for every other.
   * @throws NotationError when nothing can be told: `POLICY`, `CONFIG`, `CERTIFICATE` or `FILE` for a policy or a store, `NOT_FOUND`,
   *   `ACCESS_DENIED`, `ABORTED`, `TIMEOUT`, `UNAVAILABLE`
   */
  verify(artifact: ScopedArtifact, options?: VerifyArtifactOptions): Promise<ArtifactOutcome>;
  /** Verifies a blob by its signature. The blob is read only once its signer is trusted. @throws NotationError as for an artifact; `FILE` */
  verify(signed: SignedBlob, options?: VerifyBlobOptions): Promise<Outcome>;

  /** Reads what the signatures of an artifact say. Nothing of it is verified. @throws NotationError `NOT_FOUND`, `ACCESS_DENIED`, `ABORTED` … */
  inspect(artifact: Artifact, options?: InspectOptions): Promise<ArtifactInspection>;
  /** Reads what the signature of a blob says. Nothing of it is verified. @throws NotationError `ENVELOPE`, `CERTIFICATE`, `FILE`, `ABORTED` */
  inspect(signed: { readonly signature: BlobSignature | string }, options?: CallOptions): Promise<InspectedEnvelope>;

  /** The signature manifests of an artifact, as they are listed, page by page. @throws NotationError `NOT_FOUND`, `ACCESS_DENIED`, `ABORTED` … */
  list(artifact: Artifact, options?: CallOptions): AsyncIterable<Descriptor>;

  /**
   * Opens a key for many signatures: `awskms:///alias/release`, an ARN, `azurekms://name.vault.azure.net/release`, a path, a name in notation's
   * signingkeys.json … Its credentials are fetched anew now and then. Each use of it has the time of the option `timeout`; 30 s when absent.
   * @throws NotationError `KEY_NOT_FOUND`, `KEY_UNUSABLE`, `CONFIG`, `FILE`, `CERTIFICATE`, `ACCESS_DENIED`, `ABORTED` …
   */
  openKey(id: string, options?: KeyOptions, call?: CallOptions): Promise<BackendKey>;
}

/**
 * Opens the library. Nothing is loaded, read or connected to before it is needed. Two instances share nothing; one can be used for as long as a
 * program runs, by many calls at once, which then share connections and what was learnt of revocation.
 */
export function openNotation(options: NotationOptions = {}): Notation {
  const host = openHost(options);
  const memory = once(async () => (await verification()).openMemory(host));
  // One implementation stands behind the overloads: what the source is decides which of them was called.
  const notation: Notation = {
    sign: (async (source: Artifact | BlobSource, wish: SignOptions) => {
      const { signABlob, signAnArtifact } = await import('./sign.ts');
      checkObject(wish, 'options');
      return has(source, 'blob') ? signABlob(source, wish, host) : signAnArtifact(source, wish, host);
    }) as Notation['sign'],
    verify: (async (source: ScopedArtifact | SignedBlob, wish: object = {}) => {
      const { verifyABlob, verifyAnArtifact } = await verification();
      return has(source, 'blob') ? verifyABlob(source, wish, host, await memory()) : verifyAnArtifact(source, wish, host, await memory());
    }) as Notation['verify'],
    inspect: (async (source: Artifact | { readonly signature: BlobSignature | string }, wish: InspectOptions = {}) => {
      const { inspectAnArtifact, inspectBlobSignature } = await import('./inspect.ts');
      return has(source, 'signature') ? inspectBlobSignature(source.signature, wish, host) : inspectAnArtifact(source, wish, host);
    }) as Notation['inspect'],
    list: async function* (artifact, call = {}) {
      yield* (await import('./inspect.ts')).listSignatures(artifact, call, host);
    },
    openKey: async (id, keyOptions = {}, call = {}) => (await import('./key.ts')).openBackendKey(id, keyOptions, host, call),
  };
  return notation;
}

/** Which of a function's overloads was called, by what its source has. @throws NotationError `REQUEST` for what is no object */
function has<S extends object, K extends string>(source: S, member: K): source is Extract<S, { readonly [M in K]: unknown }> {
  checkObject(source, 'source');
  return member in source;
}

function checkObject(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new NotationError('REQUEST', `${what}: expected an object, found ${value === null ? 'null' : typeof value}`);
}

function verification() {
  return import('./verify.ts');
}
