import type { Algorithm } from './algorithm.ts';
import type { Der } from './bytes.ts';

/** What is signed: an OCI descriptor, or a blob's (signature specification, "Payload"). */
export interface Descriptor {
  readonly mediaType: string;
  /** `algorithm:lower-case-hex`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** The user's metadata among them. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Who says when the signature was made: the signer (`notary.x509`), or an authority that is trusted for it (signing scheme specification). */
export type SigningScheme = 'notary.x509' | 'notary.x509.signingAuthority';

/** A time as an envelope says it, in whole seconds. */
export interface StatedTime {
  readonly at: Date;
  /** Minutes east of UTC in which it was written; absent where the encoding knows no zones (COSE). */
  readonly offsetMinutes?: number;
}

/** A signed attribute that the signature specification does not name, a verification plugin's among them. */
export interface ExtendedAttribute {
  /** Text in JWS; text or a whole number in COSE. */
  readonly key: string | number;
  readonly critical: boolean;
  /** As its JSON or CBOR decodes. */
  readonly value: unknown;
}

/** What the signer says, and nobody can change. */
export interface SignedAttributes {
  readonly scheme: SigningScheme;
  /** `signingTime` under `notary.x509`, where nobody vouches for it; `authenticSigningTime` under the other scheme. */
  readonly signingTime: StatedTime;
  readonly expiry?: StatedTime;
  readonly extended: readonly ExtendedAttribute[];
}

/** What was added to the signature. */
export interface UnsignedAttributes {
  readonly signingAgent?: string;
  /** RFC 3161 TimeStampToken: a CMS ContentInfo, DER or BER as the authority sent it. */
  readonly timestamp?: Der;
}

/** What an envelope says, whatever its encoding. Nothing in it is trusted yet. */
export interface Envelope {
  readonly mediaType: EnvelopeMediaType;
  readonly payload: { readonly contentType: string; readonly bytes: Uint8Array };
  readonly signed: SignedAttributes;
  readonly unsigned: UnsignedAttributes;
  /** As its header names it; `envelope/integrity.ts` compares it with the leaf's key. */
  readonly algorithm: Algorithm;
  /** Leaf first. */
  readonly certificates: readonly Der[];
  /** PSS for RSA, r‖s for EC. */
  readonly signature: Uint8Array;
  /** The exact bytes that `signature` covers. */
  readonly message: Uint8Array;
}

/** What the file names of blobs and notation's `--signature-format` call an envelope's encoding. */
export type EnvelopeFormat = 'jws' | 'cose';
/** The same, as media types. */
export type EnvelopeMediaType = 'application/jose+json' | 'application/cose';

declare const trust: unique symbol;
/** A value whose signature was checked. Only the checks make one. */
export type Verified<T> = T & { readonly [trust]: 'verified' };
