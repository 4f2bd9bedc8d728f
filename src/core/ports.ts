import type { Algorithm, HashAlgorithm } from './algorithm.ts';
import type { Der } from './bytes.ts';
import type { Descriptor, EnvelopeMediaType } from './model.ts';

/** A finished signature: PSS (salt = hash length) for RSA, fixed-width r‖s for EC; certificates leaf first, root last. */
export interface Signature {
  readonly bytes: Uint8Array;
  readonly certificates: readonly Der[];
}

/** Signs messages. All that the sign workflow knows about keys. */
export interface Signer {
  readonly algorithm: Algorithm;
  sign(message: Uint8Array): Promise<Signature>;
}

/** What somebody who makes whole envelopes is asked for. */
export interface EnvelopeWish {
  /** The payload's JSON, in UTF-8. */
  readonly payload: Uint8Array;
  readonly mediaType: EnvelopeMediaType;
  /** Whole seconds that the signature is good for; for ever when absent. */
  readonly expirySeconds?: number;
}

/** Makes whole envelopes; nothing of them is believed. */
export interface EnvelopeGenerator {
  /** @returns the envelope, and what the signature manifest is to say besides */
  generate(wish: EnvelopeWish): Promise<{ readonly envelope: Uint8Array; readonly annotations: Readonly<Record<string, string>> }>;
}

/** Has a timestamp authority witness a signature. */
export interface Timestamper {
  /**
   * @param signature the envelope's signature value
   * @param hash what it is hashed with: the hash of the signing algorithm
   * @returns the TimeStampToken, a CMS ContentInfo, as the authority sent it
   * @throws NotationError `TIMESTAMP` when an answer breaks a rule, `UNAVAILABLE`, `TIMEOUT`
   */
  stamp(signature: Uint8Array, hash: HashAlgorithm): Promise<Der>;
}

/** A signature on its way into a repository. */
export interface NewSignature {
  readonly mediaType: EnvelopeMediaType;
  readonly envelope: Uint8Array;
  /** Of the signature manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** A signature in a repository. */
export interface StoredSignature {
  /** As the manifest's layer says; not necessarily one that this program reads. */
  readonly mediaType: string;
  readonly envelope: Uint8Array;
}

/** One place of artifacts and their signatures: a repository of a registry, or an OCI layout. */
export interface Repository {
  /** What a tag or a digest stands for. @throws NotationError `NOT_FOUND`, `MANIFEST`, and the network's */
  resolve(tagOrDigest: string): Promise<Descriptor>;
  /** The signature manifests of an artifact, as they are listed; lazily, page by page. */
  signatures(subject: Descriptor): AsyncIterable<Descriptor>;
  /** The envelope of one signature manifest. @throws NotationError `MANIFEST` when the manifest is not one signature's, or is too large */
  fetch(signature: Descriptor): Promise<StoredSignature>;
  /** Stores a signature beside its artifact and answers the new manifest's descriptor. */
  attach(subject: Descriptor, signature: NewSignature): Promise<Descriptor>;
}

/** Tells the time. */
export type Clock = () => Date;

/** Environment variables, as values. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  /** POSIX permission bits; 0 where the platform has none. */
  readonly mode: number;
}

/** Files by absolute or working-directory-relative path. Every read is capped; every write is whole or not at all. */
export interface Files {
  /** What is at `path`, following links; undefined when nothing is there. */
  look(path: string): Promise<FileFacts | undefined>;
  /**
   * The whole regular file.
   * @throws NotationError `FILE` when it is absent, unreadable, not a regular file, or over `limit` bytes; `what` names it for the reader.
   */
  read(path: string, what: string, limit: number): Promise<Uint8Array>;
}

/** What a line of the log weighs, the gravest first. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
/** One of these weights. */
export type LogLevel = (typeof logLevels)[number];

/** A line of the log. Values never hold secrets. */
export type Log = (level: LogLevel, message: string, facts?: Readonly<Record<string, string | number>>) => void;

/** A key pair that notation's `signingkeys.json` names: two paths. */
export interface NamedKeyPair {
  readonly keyPath: string;
  readonly certPath: string;
}

/** Looks a key name up in notation's `signingkeys.json`; undefined when it is not there. */
export type NamedKeys = (name: string) => Promise<NamedKeyPair | undefined>;

/** What TLS needs for one service, where it is more than for all; each in PEM. */
export interface ClientTls {
  /** Certificate authorities that are trusted besides the others. */
  readonly authorities?: string;
  /** The client's own certificate with its chain, and the private key of it. */
  readonly identity?: { readonly certificates: string; readonly key: string };
}

/** One HTTP request, whole. Header names are in lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute, http: or https:. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Ends this exchange before the deadline does, with the same error. */
  readonly signal?: AbortSignal;
  /** Bytes that the response's body may have, where that is not what a service's answer may have (4 MiB). */
  readonly limit?: number;
  readonly tls?: ClientTls;
}

/** One HTTP response, whole. */
export interface HttpResponse {
  readonly status: number;
  /** By name in lower case; several of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** As the server meant it: transfer and content encodings are undone. */
  readonly body: Uint8Array;
}

/** The network, bounded: every exchange ends with the command's deadline, and no response is longer than a limit. */
export interface Http {
  /**
   * Sends one request once and answers the response whatever its status. Follows no redirect.
   * @throws NotationError `UNAVAILABLE` when there is no whole response, `TIMEOUT` when the deadline passes first.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Begins to connect to the origin of `url`, so that a request soon after need not wait for it. Never fails. */
  warm(url: string): void;
}

/** The end of the time that one command has. */
export interface Deadline {
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
  remainingMs(): number;
}
