// Timestamp tokens of any kind, right and wrong, each signed by a real key.
import { createHash, sign } from 'node:crypto';
import type { HashAlgorithm } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import * as encode from '../../src/x509/asn1/der-encode.ts';
import { encodeHashAlgorithm, encodeSignatureAlgorithm, encodeSignatureValue } from '../../src/x509/signature-algorithm.ts';
import type { Holder } from './pki.ts';

/** How a token is made; what is left out is as it should be. */
export interface TokenWish {
  /** The signer first. */
  readonly chain: readonly Holder[];
  readonly message: Uint8Array;
  /** Of the message imprint. */
  readonly hash?: HashAlgorithm;
  readonly info?: InfoWish;
  /** What to make of the finished TSTInfo before it is signed. */
  readonly content?: (info: Der) => Der;
  readonly contentType?: string;
  readonly signedDataVersion?: number;
  readonly certificates?: readonly Der[];
  /** SignerInfos instead of the one of `chain[0]`. */
  readonly signers?: readonly SignerWish[];
}

interface InfoWish {
  readonly version?: number;
  readonly policy?: string;
  readonly imprint?: Der;
  /** As a GeneralizedTime is written. */
  readonly time?: string;
  readonly accuracy?: Der;
  /** What follows it: ordering, nonce, tsa, extensions. */
  readonly rest?: readonly Der[];
}

export interface SignerWish {
  readonly holder: Holder;
  readonly version?: number;
  readonly issuerAndSerial?: Der;
  readonly digestAlgorithm?: Der;
  /** What the message digest is made with. */
  readonly digestHash?: HashAlgorithm;
  /** Replaces attributes by name; undefined leaves one out, more than one repeats it. */
  readonly attributes?: Partial<Record<AttributeName, readonly Der[]>>;
  /** Attributes in another order than DER's, in the token and, when 'signed', in what is signed. */
  readonly shuffled?: 'sent' | 'signed';
  /** No attributes at all. */
  readonly bare?: boolean;
  readonly signatureAlgorithm?: Der;
  readonly signature?: (message: Uint8Array) => Uint8Array;
}

type AttributeName = 'contentType' | 'messageDigest' | 'signingCertificate' | 'signingTime';

export const oids = {
  signedData: '1.2.840.113549.1.7.2',
  data: '1.2.840.113549.1.7.1',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
  sha1: '1.3.14.3.2.26',
} as const;

const usualTime = '20260601120000Z';

/** A TimeStampToken. */
export async function makeToken(wish: TokenWish): Promise<Der> {
  const { chain, contentType = oids.timestampInfo, signedDataVersion = 3 } = wish;
  const [holder] = chain;
  if (!holder) throw new Error('a token needs a signer');
  const info = makeInfo(wish);
  const content = wish.content?.(info) ?? info;
  const signers = await Promise.all((wish.signers ?? [{ holder }]).map((signer) => makeSigner(signer, content)));
  const certificates = wish.certificates ?? chain.map(({ certificate }) => certificate.der);
  const signedData = encode.sequence(
    encode.integer(signedDataVersion),
    encode.set(encodeHashAlgorithm('SHA-256')),
    encode.sequence(encode.oid(contentType), encode.explicit(0, encode.octetString(content))),
    ...(certificates.length > 0 ? [encode.element(0xa0, ...certificates)] : []),
    encode.element(0x31, ...signers),
  );
  return encode.sequence(encode.oid(oids.signedData), encode.explicit(0, signedData));
}

/** An attribute with these values. */
export function attribute(name: AttributeName, ...values: readonly Der[]): Der {
  return encode.sequence(encode.oid(oids[name]), encode.set(...values));
}

/** SigningCertificateV2 that names one certificate. */
export function signingCertificate(certificate: Der, hash: HashAlgorithm = 'SHA-256', ...more: readonly Der[]): Der {
  const algorithm = hash === 'SHA-256' ? [] : [encodeHashAlgorithm(hash)];
  const digest = encode.octetString(createHash(hash).update(certificate).digest());
  return encode.sequence(encode.sequence(encode.sequence(...algorithm, digest, ...more)));
}

/** IssuerSerial of a certificate. */
export function issuerSerial({ certificate }: Holder, issuer: Der = certificate.issuer.der): Der {
  const name = encode.element(0xa4, issuer);
  return encode.sequence(encode.sequence(name), encode.integer(Buffer.from(certificate.serial, 'hex')));
}

/** A GeneralizedTime, as it is written. */
export function generalizedTime(text: string): Der {
  return encode.element(0x18, Buffer.from(text, 'latin1'));
}

/** SHA-2 of a message, as a MessageImprint. */
export function imprintOf(message: Uint8Array, hash: HashAlgorithm = 'SHA-256'): Der {
  return encode.sequence(encodeHashAlgorithm(hash), encode.octetString(createHash(hash).update(message).digest()));
}

function makeInfo({ message, hash, info = {} }: TokenWish): Der {
  const { version = 1, policy = '1.2.3.4', imprint = imprintOf(message, hash), time = usualTime, accuracy, rest = [] } = info;
  return encode.sequence(
    encode.integer(version),
    encode.oid(policy),
    imprint,
    encode.integer(7),
    generalizedTime(time),
    ...(accuracy ? [accuracy] : []),
    ...rest,
  );
}

async function makeSigner(wish: SignerWish, content: Der): Promise<Der> {
  const { holder, version = 1, digestHash = holder.key.algorithm.hash } = wish;
  const { certificate, key } = holder;
  const usual = {
    contentType: [attribute('contentType', encode.oid(oids.timestampInfo))],
    messageDigest: [attribute('messageDigest', encode.octetString(createHash(digestHash).update(content).digest()))],
    signingCertificate: [attribute('signingCertificate', signingCertificate(certificate.der))],
    signingTime: [],
  };
  const items = Object.values({ ...usual, ...wish.attributes }).flat();
  const attributes = encode.set(...items);
  const shuffled = encode.element(0x31, ...items.toSorted((a, b) => Buffer.compare(b, a)));
  const message = wish.bare ? content : wish.shuffled === 'signed' ? shuffled : attributes;
  const signature = wish.signature?.(message) ?? encodeSignatureValue(key.algorithm, await key.sign(message));
  return encode.sequence(
    encode.integer(version),
    wish.issuerAndSerial ?? encode.sequence(certificate.issuer.der, encode.integer(Buffer.from(certificate.serial, 'hex'))),
    wish.digestAlgorithm ?? encodeHashAlgorithm(digestHash),
    ...(wish.bare ? [] : [Buffer.concat([Uint8Array.of(0xa0), (wish.shuffled ? shuffled : attributes).subarray(1)])]),
    wish.signatureAlgorithm ?? encodeSignatureAlgorithm(key.algorithm),
    encode.octetString(signature),
  );
}

/** PKCS#1 v1.5 by an RSA key. */
export function pkcs1(holder: Holder, hash: string): (message: Uint8Array) => Uint8Array {
  return (message) => sign(hash, message, holder.key.privateKey);
}
