import type { Algorithm } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import type { Finding } from '../core/finding.ts';
import type { Clock, Deadline, Environment, Files, Http, Log, NamedKeys } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Settings } from './config.ts';

/** What a backend may use of the world. */
export interface KeyContext {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly files: Files;
  readonly namedKeys: NamedKeys;
  readonly log: Log;
  readonly http: Http;
  /** Of the whole command: credentials, key and signature. */
  readonly deadline: Deadline;
  readonly now: Clock;
  /** The command line that starts this very program anew, for what must run in a process of its own. */
  readonly program: readonly string[];
}

/** A backend. Opens the key ids of its own forms; opening never signs. */
export interface KeyProvider {
  /** @throws NotationError `KEY_NOT_FOUND`, `KEY_UNUSABLE`, `CONFIG`, `FILE`, `CERTIFICATE`, `ACCESS_DENIED` … */
  open(keyId: string, context: KeyContext): Promise<Key>;
  /** What the backend says of a key, of one that cannot sign too. @throws NotationError as `open` */
  describe(keyId: string, context: KeyContext): Promise<KeyDescription>;
  /**
   * The way to a key, for who seeks what is wrong with it; nothing is asked before a part is. A backend without this is examined by having the key
   * sign a test. @throws NotationError for a malformed key id or option
   */
  examine?(keyId: string, context: KeyContext): Promise<KeyExamination>;
}

/**
 * What a backend alone can tell of the way to a key, each part by itself and without changing anything. What a part throws is what is wrong.
 * A backend leaves out what it has no such thing for.
 */
export interface KeyExamination {
  /** Whether there is a credential, and where it comes from. */
  readonly credential?: () => Promise<Finding>;
  /** Who asks. Never the secret. */
  readonly identity?: () => Promise<Finding>;
  /** Whether this is the newest version of the key, or what its name leads to now. */
  readonly rotation?: () => Promise<Finding | undefined>;
  /** Whether this identity may sign with the key; `signTestMessage` where the backend has no other way to tell. */
  readonly permission: (key: Key) => Promise<Finding>;
}

/** One opened key. */
export interface Key {
  readonly algorithm: Algorithm;
  /** The SubjectPublicKeyInfo, from the backend itself. */
  publicKeyInfo(): Promise<Der>;
  /** The chain, leaf first, root last; the leaf's public key is the key's where the backend knows it. */
  certificates(): Promise<readonly Certificate[]>;
  /** Takes the message, never its digest, and answers PSS (salt = hash length) for RSA and fixed-width r‖s for EC, never DER. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A backend's own words about a key, for people. */
export interface KeyDescription {
  /** The key's whole name: path, ARN, versioned URL. */
  readonly id: string;
  /** One of the six key specs, or the backend's name for what is none of them. */
  readonly spec: string;
  /** `enabled`, or why the key cannot be used now. */
  readonly state: string;
  readonly version?: string;
  /** What the backend would sign with, by its own names. */
  readonly algorithms: readonly string[];
  /** More that is worth knowing: label and text. */
  readonly facts: Readonly<Record<string, string>>;
}
