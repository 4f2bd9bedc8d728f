// Certificates as a plan says, right and wrong.
import { constants, type KeyObject, sign } from 'node:crypto';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import { explicit, implicit, integer, nullValue, oid, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { type ExtensionDraft, encodeName, encodeTbs, sealCertificate } from '../../../src/x509/issue/issue.ts';
import { encodeSignatureAlgorithm } from '../../../src/x509/signature-algorithm.ts';
import { authorityKey, type Key, leafKey } from './keys.ts';
import type { CertificatePlan, CertificateSignature } from './plan.ts';

/** A certificate, with all that is needed to speak for it. */
export interface Minted {
  readonly plan: CertificatePlan;
  readonly key: Key;
  readonly der: Der;
  /** The DER of its subject and of its issuer's. */
  readonly subject: Der;
  readonly issuer: Der;
}

/** Where the sources of a certificate's revocation are. */
export interface Urls {
  readonly responders: readonly string[];
  readonly lists: readonly string[];
}

/** Mints a chain, leaf first; `urlsOf` says what the certificate at a place names. */
export function mintChain(plans: readonly CertificatePlan[], urlsOf: (place: number) => Urls): readonly Minted[] {
  const minted: Minted[] = [];
  for (const [place, plan] of [...plans.entries()].toReversed()) minted.unshift(mint(plan, minted[0], urlsOf(place)));
  return minted;
}

/** One more certificate of an issuer. */
export function mintBelow(plan: CertificatePlan, issuer: Minted): Minted {
  return mint(plan, issuer, { responders: [], lists: [] });
}

/** Something signed as structures of X.509 are: AlgorithmIdentifier and value. */
export function signStructure(
  { privateKey }: Key,
  style: CertificateSignature,
  message: Uint8Array,
): { readonly algorithm: Der; readonly value: Uint8Array } {
  const algorithm = algorithmFor(privateKey, style);
  return { algorithm, value: signWith(privateKey, style, message) };
}

/** The algorithm that `signStructure` names. */
export function algorithmFor(key: KeyObject, style: CertificateSignature): Der {
  const kind = key.asymmetricKeyType;
  if (kind === 'ed25519') return sequence(oid('1.3.101.112'));
  if (kind === 'ec') return sequence(oid(ecdsaOids[hashOf(style)]));
  if (style === 'usual' || style === 'of another key' || style === 'changed') return encodeSignatureAlgorithm(algorithmOfSpec('RSA-2048'));
  return style === 'short salt' ? shortSalt : sequence(oid(rsaOids[hashOf(style)]), nullValue());
}

/** Authority information access (RFC 5280 §4.2.2.1) for responders. */
export function responderAccess(urls: readonly string[]): ExtensionDraft {
  const items = urls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.1'), implicit(6, Buffer.from(url, 'latin1'))));
  return { oid: '1.3.6.1.5.5.7.1.1', critical: false, value: sequence(...items) };
}

/** A distribution point with one full name for each URL (RFC 5280 §4.2.1.13); freshestCRL has the same form. */
export function distributionPoints(urls: readonly string[], type = '2.5.29.31'): ExtensionDraft {
  const points = urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url, 'latin1'))))));
  return { oid: type, critical: false, value: sequence(...points) };
}

function mint(plan: CertificatePlan, issuer: Minted | undefined, urls: Urls): Minted {
  const key = 'leaf' in plan.key ? leafKey(plan.key.leaf) : authorityKey(plan.key.authority, plan.name);
  const issuerKey = issuer?.key ?? key;
  const subject = encodeName(plan.subject);
  const issuerName = plan.issuer ? encodeName(plan.issuer) : (issuer?.subject ?? subject);
  const algorithm = algorithmFor(issuerKey.privateKey, plan.signature);
  const draft = encodeTbs(
    {
      subject: { der: subject },
      issuer: { der: issuerName },
      serial: plan.serial,
      notBefore: plan.notBefore,
      notAfter: plan.notAfter,
      publicKeyInfo: key.spki,
      algorithm: algorithmOfSpec('EC-256'),
      extensions: [...plan.extensions, ...sourcesOf(urls)],
    },
    algorithm,
  );
  const tbs = plan.tbs?.(draft) ?? draft;
  const der = sealCertificate(tbs, algorithm, signWith(issuerKey.privateKey, plan.signature, tbs));
  return { plan, key, der: plan.finish?.(der) ?? der, subject, issuer: issuerName };
}

function sourcesOf({ responders, lists }: Urls): readonly ExtensionDraft[] {
  return [...(responders.length > 0 ? [responderAccess(responders)] : []), ...(lists.length > 0 ? [distributionPoints(lists)] : [])];
}

type Hash = 'SHA-1' | 'MD5' | 'SHA-256' | 'SHA-512';

function hashOf(style: CertificateSignature): Hash {
  return style === 'SHA-1' || style === 'MD5' || style === 'SHA-512' ? style : 'SHA-256';
}

const ecdsaOids = {
  'SHA-1': '1.2.840.10045.4.1',
  MD5: '1.2.840.10045.4.1',
  'SHA-256': '1.2.840.10045.4.3.2',
  'SHA-512': '1.2.840.10045.4.3.4',
} as const;
const rsaOids = {
  'SHA-1': '1.2.840.113549.1.1.5',
  MD5: '1.2.840.113549.1.1.4',
  'SHA-256': '1.2.840.113549.1.1.11',
  'SHA-512': '1.2.840.113549.1.1.13',
} as const;

const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue());
const shortSaltBytes = 20;
const shortSalt = sequence(
  oid('1.2.840.113549.1.1.10'),
  sequence(explicit(0, sha256), explicit(1, sequence(oid('1.2.840.113549.1.1.8'), sha256)), explicit(2, integer(shortSaltBytes))),
);

function signWith(key: KeyObject, style: CertificateSignature, message: Uint8Array): Uint8Array {
  const signed = style === 'of another key' ? Buffer.concat([message, Uint8Array.of(0)]) : message;
  const value = signPlain(key, style, signed);
  return style === 'changed' ? value.with(value.length - 1, (value.at(-1) ?? 0) ^ 1) : value;
}

function signPlain(key: KeyObject, style: CertificateSignature, message: Uint8Array): Uint8Array {
  const kind = key.asymmetricKeyType;
  if (kind === 'ed25519') return sign(null, message, key);
  const hash = hashOf(style);
  const digest = kind === 'ec' && hash === 'MD5' ? 'SHA-1' : hash;
  if (kind === 'ec') return sign(digest, message, key);
  // Of kind rsa-pss are keys that sign in no other way.
  if (kind === 'rsa' && ['PKCS#1', 'SHA-1', 'MD5', 'SHA-512'].includes(style))
    return sign(digest, message, { key, padding: constants.RSA_PKCS1_PADDING });
  const saltLength = style === 'short salt' ? shortSaltBytes : 32;
  return sign('SHA-256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}
