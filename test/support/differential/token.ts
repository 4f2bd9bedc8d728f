// Timestamp authorities and their tokens, right and wrong.
import type { HashAlgorithm } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import { once } from '../../../src/core/once.ts';
import { integer, octetString, oid, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { extendedKeyUsageOid } from '../../../src/x509/extension.ts';
import { type ExtensionDraft, extendedKeyUsage, keyUsage } from '../../../src/x509/issue/issue.ts';
import { type Change, type Holder, mintCa, mintLeaf } from '../pki.ts';
import {
  attribute,
  generalizedTime,
  imprintOf,
  makeToken,
  oids,
  pkcs1,
  type SignerWish,
  signingCertificate,
  type TokenWish,
} from '../timestamp-token.ts';
import { day, daysFrom } from './day.ts';
import type { Key } from './keys.ts';
import { distributionPoints, type Minted, responderAccess } from './mint.ts';
import { timeText } from './ocsp-answer.ts';
import type { Address, Answerer, SignaturePlan } from './plan.ts';

/** What a token is made for. */
export interface TokenQuestion {
  readonly plan: SignaturePlan;
  readonly signature: Uint8Array;
  /** Of the signing algorithm. */
  readonly hash: HashAlgorithm;
  readonly address: Address;
  readonly dead: string;
}

export type TokenMaker = (question: TokenQuestion) => Promise<Der>;

/** How a token is made; what is absent is as it should be. */
export interface TokenVariant {
  readonly at?: (plan: SignaturePlan) => Date;
  readonly accuracy?: Der;
  readonly policy?: string;
  readonly hash?: HashAlgorithm;
  readonly imprint?: Der;
  readonly ofAnotherMessage?: boolean;
  readonly rest?: readonly Der[];
  readonly spec?: 'EC-256' | 'RSA-2048';
  readonly root?: 'trusted' | 'unknown';
  readonly leaf?: (plan: SignaturePlan) => Change;
  readonly authority?: Change;
  readonly sent?: (chain: readonly Holder[]) => readonly Der[];
  readonly signer?: (holder: Holder) => Partial<SignerWish>;
  readonly more?: Partial<TokenWish>;
  readonly responder?: Answerer | 'dead';
  readonly list?: Answerer | 'dead';
  readonly finish?: (der: Der) => Der;
}

const authorityValidity = { notBefore: new Date('2019-01-01T00:00:00Z'), notAfter: new Date('2044-01-01T00:00:00Z') };

/** The root that trust stores of timestamp authorities hold. */
export const trustedTsaRoot: () => Promise<Holder> = once(() => mintCa('timestamp root', undefined, authorityValidity));

/** A root that nobody trusts. */
const strangeTsaRoot = once(() => mintCa('another timestamp root', undefined, authorityValidity));

/** Makes tokens of this kind. */
export function token(variant: TokenVariant = {}): TokenMaker {
  return async (question) => {
    const chain = await mintAuthority(variant, question);
    const der = await makeToken(wishOf(variant, question, chain));
    return variant.finish?.(der) ?? der;
  };
}

/** A day after the signature was made, or half a day ago. */
export function usualTokenTime({ now, signedAt }: SignaturePlan): Date {
  return new Date(Math.min(signedAt.getTime() + day, now.getTime() - day / 2));
}

/** Accuracy of so many seconds (RFC 3161 §2.4.2). */
export function accuracyOf(seconds: number): Der {
  return sequence(integer(seconds));
}

/** Things that tokens may be without being wrong. */
export const goodTokens: Readonly<Record<string, TokenVariant>> = {
  usual: {},
  'an accuracy of a second': { accuracy: accuracyOf(1) },
  'of SHA-512': { hash: 'SHA-512' },
  'by an RSA key': { spec: 'RSA-2048' },
  'PKCS#1 by an RSA key': {
    spec: 'RSA-2048',
    signer: (holder) => ({
      signature: pkcs1(holder, 'SHA-256'),
      signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.11'), Uint8Array.of(5, 0)),
    }),
  },
  'a nonce': { rest: [integer(12345)] },
  'with its root': { sent: (chain) => chain.map(({ certificate }) => certificate.der) },
  'with a signing time': {
    signer: () => ({ attributes: { signingTime: [attribute('signingTime', generalizedTime('20260601120000Z'))] } }),
  },
  'of an authority that has expired since': {
    leaf: (plan) => ({ notBefore: authorityValidity.notBefore, notAfter: new Date(usualTokenTime(plan).getTime() + 3600_000) }),
  },
  'key usage not critical': { leaf: () => ({ extensions: [keyUsage(['digitalSignature'], false), timestamping] }) },
};

const timestamping = extendedKeyUsage([extendedKeyUsageOid.timeStamping], true);

/** Things that make tokens worthless. */
export const badTokens: Readonly<Record<string, TokenVariant>> = {
  'of another message': { ofAnotherMessage: true },
  'of SHA-1': { imprint: sequence(sequence(oid(oids.sha1), Uint8Array.of(5, 0)), octetString(Buffer.alloc(20))) },
  'of an unknown authority': { root: 'unknown' },
  'of an authority that had expired': { leaf: (plan) => ({ notAfter: new Date(usualTokenTime(plan).getTime() - 3600_000) }) },
  'of an authority that was not valid yet': { leaf: (plan) => ({ notBefore: new Date(usualTokenTime(plan).getTime() + 3600_000) }) },
  'changed signature': { signer: () => ({ signature: () => Buffer.alloc(70, 1) }) },
  'changed content': { signer: () => ({ attributes: { messageDigest: [attribute('messageDigest', octetString(Buffer.alloc(32)))] } }) },
  'purpose not critical': {
    leaf: () => ({ extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.timeStamping])] }),
  },
  'two purposes': {
    leaf: () => ({
      extensions: [
        keyUsage(['digitalSignature']),
        extendedKeyUsage([extendedKeyUsageOid.timeStamping, extendedKeyUsageOid.codeSigning], true),
      ],
    }),
  },
  'another purpose': {
    leaf: () => ({ extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.codeSigning], true)] }),
  },
  'no key usage': { leaf: () => ({ extensions: [timestamping] }) },
  'a key usage for certificates': { leaf: () => ({ extensions: [keyUsage(['digitalSignature', 'keyCertSign']), timestamping] }) },
  'an authority that is none': { authority: { extensions: [keyUsage(['keyCertSign'])] } },
  'without certificates': { sent: () => [] },
  'without the intermediate': { sent: (chain) => chain.slice(0, 1).map(({ certificate }) => certificate.der) },
  'names no signing certificate': { signer: () => ({ attributes: { signingCertificate: [] } }) },
  'names another signing certificate': {
    signer: () => ({ attributes: { signingCertificate: [attribute('signingCertificate', signingCertificate(Buffer.of(1)))] } }),
  },
  'another content type': { more: { contentType: oids.data } },
  'no signed attributes': { signer: () => ({ bare: true }) },
  'no signers': { more: { signers: [] } },
  'TSTInfo of version 2': { more: { info: { version: 2 } } },
  'SignedData of version 1': { more: { signedDataVersion: 1 } },
  'no timestamp at all': { finish: () => Buffer.from('timestamp') },
  'bytes left over': { finish: (der) => Buffer.concat([der, Uint8Array.of(0)]) },
  'cut short': { finish: (der) => der.subarray(0, der.length - 9) },
  'before the chain was valid': { at: ({ chain: [leaf] }) => new Date((leaf?.notBefore ?? new Date(0)).getTime() - 60_000) },
  'with an accuracy that reaches beyond the chain': {
    at: ({ chain: [leaf] }) => new Date((leaf?.notBefore ?? new Date(0)).getTime() + 30_000),
    accuracy: accuracyOf(60),
  },
  'ETSI policy a half second within the chain': {
    at: ({ chain: [leaf] }) => leaf?.notBefore ?? new Date(0),
    policy: '0.4.0.2023.1.1',
  },
};

async function mintAuthority(variant: TokenVariant, question: TokenQuestion): Promise<readonly Holder[]> {
  const root = variant.root === 'unknown' ? await strangeTsaRoot() : await trustedTsaRoot();
  const authority = await mintCa('timestamp authority', root, { ...authorityValidity, ...variant.authority });
  const validity = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: daysFrom(question.plan.now, 300) };
  const change: Change = { ...validity, ...variant.leaf?.(question.plan) };
  const place: { leaf?: Minted } = {};
  const sources = sourcesOf(variant, question, () => place.leaf, mintedOf(authority, authority));
  const usualExtensions = [keyUsage(['digitalSignature']), timestamping];
  const leaf = await mintLeaf(
    'timestamp signer',
    authority,
    { ...change, extensions: [...(change.extensions ?? usualExtensions), ...sources] },
    variant.spec,
    'timestamping',
  );
  place.leaf = mintedOf(leaf, authority);
  return [leaf, authority, root];
}

function sourcesOf(
  { responder, list }: TokenVariant,
  { address, dead, plan: { now } }: TokenQuestion,
  leaf: () => Minted | undefined,
  issuer: Minted,
): readonly ExtensionDraft[] {
  const urlOf = (name: string, answer: Answerer | 'dead') => {
    if (answer === 'dead') return dead;
    return address(name, (request) => answer({ request, subject: leaf() ?? issuer, issuer, now, address, dead }));
  };
  return [
    ...(responder ? [responderAccess([urlOf('ocsp', responder)])] : []),
    ...(list ? [distributionPoints([urlOf('tsa.crl', list)])] : []),
  ];
}

/** A holder as those see it who answer about revocation. */
function mintedOf({ certificate, key }: Holder, issuer: Holder): Minted {
  const own: Key = { privateKey: key.privateKey, spki: key.publicKeyInfo };
  const plan = {
    name: 'timestamp',
    key: { authority: 'EC-256' },
    subject: { der: certificate.subject.der },
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    serial: certificate.serial,
    extensions: [],
    signature: 'usual',
    responders: [],
    lists: [],
  } as const;
  return { plan, key: own, der: certificate.der, subject: certificate.subject.der, issuer: issuer.certificate.subject.der };
}

function wishOf(variant: TokenVariant, { plan, signature, hash }: TokenQuestion, chain: readonly Holder[]): TokenWish {
  const message = variant.ofAnotherMessage ? Buffer.concat([signature, Uint8Array.of(0)]) : signature;
  const [leaf] = chain as readonly [Holder];
  const info = {
    time: timeText((variant.at ?? usualTokenTime)(plan)),
    ...(variant.accuracy && { accuracy: variant.accuracy }),
    ...(variant.policy && { policy: variant.policy }),
    imprint: variant.imprint ?? imprintOf(message, variant.hash ?? hash),
    ...(variant.rest && { rest: variant.rest }),
    ...variant.more?.info,
  };
  return {
    chain,
    message,
    certificates: variant.sent?.(chain) ?? chain.slice(0, 2).map(({ certificate }) => certificate.der),
    signers: [{ holder: leaf, ...variant.signer?.(leaf) }],
    ...variant.more,
    info,
  };
}
