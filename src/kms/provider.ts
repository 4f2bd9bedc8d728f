import type { Algorithm } from '../core/algorithm.ts';
import type { Environment, Files, Log, NamedKeys } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Settings } from './config.ts';

/** What a backend may use of the world. */
export interface KeyContext {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly files: Files;
  readonly namedKeys: NamedKeys;
  readonly log: Log;
  /** Aborted when the deadline of the whole command has passed. */
  readonly signal: AbortSignal;
}

/** A backend. Opens the key ids of its own forms; opening never signs. */
export interface KeyProvider {
  /** @throws NotationError `KEY_NOT_FOUND`, `KEY_UNUSABLE`, `CONFIG`, `FILE`, `CERTIFICATE`, `ACCESS_DENIED` … */
  open(keyId: string, context: KeyContext): Promise<Key>;
}

/** One opened key. */
export interface Key {
  readonly algorithm: Algorithm;
  /** The chain, leaf first, root last; the leaf's public key is the key's where the backend knows it. */
  certificates(): Promise<readonly Certificate[]>;
  /** Takes the message, never its digest, and answers PSS (salt = hash length) for RSA and fixed-width r‖s for EC, never DER. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
