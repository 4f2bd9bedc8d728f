// One signer of a timestamp token: attributes, certificate, signature, chain (RFC 5652 §5.4 and §11, RFC 5035, RFC 5816).
import { createHash } from 'node:crypto';
import type { HashAlgorithm } from '../../core/algorithm.ts';
import { type Der, equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { readAll } from '../asn1/der.ts';
import { type Certificate, nameOf, quoteName } from '../certificate.ts';
import { findPaths } from '../chain/issuer-path.ts';
import { checkTimestampingChain, checkValidity } from '../chain/profile.ts';
import { checkRestrictions } from '../chain/restriction.ts';
import { parseSigner, type Signer } from '../cms.ts';
import { extendedKeyUsageOid } from '../extension.ts';
import { parseSigningCertificate } from '../issue/signing-certificate.ts';
import { parseNameDer } from '../name.ts';
import { completeSignatureAlgorithm, parseHashAlgorithm, parseSignatureAlgorithm, verifyStructure } from '../signature-algorithm.ts';
import { brokenToken } from './error.ts';
import { type TimestampToken, timestampInfoOid } from './token.ts';

/**
 * Checks one SignerInfo of a token.
 * @returns the signer's chain to one of the roots, which holds by the rules for timestamping at the token's time
 * @throws NotationError `TIMESTAMP`, `CERTIFICATE` or `KEY_UNUSABLE`
 */
export function checkSigner(der: Der, token: TimestampToken, roots: readonly Certificate[]): readonly Certificate[] {
  const signer = parseSigner(der, `${what}, signer`);
  const certificate = findCertificate(signer, token.certificates);
  const hash = checkDigestAlgorithm(signer);
  checkContentType(signer);
  checkMessageDigest(signer, hash, token.content);
  checkSigningCertificate(signer, certificate);
  checkSignature(signer, hash, certificate);
  return findTrustedChain(certificate, signer, token, roots);
}

const what = 'timestamp token';

/** Attributes of RFC 5652 §11 and RFC 5035 §3. */
const attributeOid = {
  'content type': '1.2.840.113549.1.9.3',
  'message digest': '1.2.840.113549.1.9.4',
  'signing time': '1.2.840.113549.1.9.5',
  'signing certificate v2': '1.2.840.113549.1.9.16.2.47',
} as const;

type AttributeName = keyof typeof attributeOid;

function findCertificate({ issuer, serial }: Signer, certificates: readonly Certificate[]): Certificate {
  const found = certificates.find((one) => one.serial === serial && equalBytes(one.issuer.der, issuer));
  if (found) return found;
  const wanted = `serial number ${serial} of ${quoteName(parseNameDer(issuer, what))}`;
  throw brokenToken(`expected the signing certificate, ${wanted}, among the certificates, found ${certificates.length} others`, {
    hint: 'the authority must send its certificates (RFC 3161 certReq)',
  });
}

function checkDigestAlgorithm({ digestAlgorithm }: Signer): HashAlgorithm {
  const hash = parseHashAlgorithm(digestAlgorithm, `${what}, digest algorithm`);
  if (hash === undefined) throw brokenToken('expected a digest with SHA-256, SHA-384 or SHA-512, found another');
  return hash;
}

function checkContentType(signer: Signer): void {
  const found = readAll(requiredValue(signer, 'content type'), `${what}, content type`, (cursor) => cursor.oid());
  if (found !== timestampInfoOid) throw brokenToken(`expected a signed content type of ${timestampInfoOid} (TSTInfo), found ${found}`);
}

function checkMessageDigest(signer: Signer, hash: HashAlgorithm, content: Uint8Array): void {
  const found = readAll(requiredValue(signer, 'message digest'), `${what}, message digest`, (cursor) => cursor.octetString());
  if (equalBytes(found, createHash(hash).update(content).digest())) return;
  throw brokenToken(`expected the signed message digest to be the ${hash} of the TSTInfo, found another`, { hint: changed });
}

// RFC 5816 §2.2.1: the first certificate named is the signer's; where it is named by issuer as well, that must be the same one.
function checkSigningCertificate(signer: Signer, certificate: Certificate): void {
  const { hash, digest, issuerSerial } = parseSigningCertificate(requiredValue(signer, 'signing certificate v2'));
  if (hash === undefined)
    throw brokenToken('expected a signing certificate attribute with SHA-256, SHA-384 or SHA-512, found another hash');
  const same = equalBytes(digest, createHash(hash).update(certificate.der).digest());
  if (!same)
    throw brokenToken(`expected the signing certificate attribute to name ${nameOf(certificate)}, found another certificate's hash`);
  if (issuerSerial === undefined) return;
  if (equalBytes(issuerSerial.issuer, certificate.issuer.der) && issuerSerial.serial === certificate.serial) return;
  throw brokenToken(`expected the signing certificate attribute to name ${nameOf(certificate)}, found another issuer or serial number`);
}

function checkSignature(signer: Signer, hash: HashAlgorithm, certificate: Certificate): void {
  const algorithm = completeSignatureAlgorithm(signer.signatureAlgorithm, hash, `${what}, signature algorithm`);
  const { kind, name } = parseSignatureAlgorithm(algorithm, `${what}, signature algorithm`);
  if (kind === 'unsupported' || kind === 'Ed25519')
    throw brokenToken(`expected a signature with SHA-2 of RSA, RSASSA-PSS or ECDSA, found ${name}`);
  if (verifyStructure(certificate.publicKeyInfo, algorithm, signer.signedMessage, signer.signature)) return;
  throw brokenToken(`expected a signature by the key of ${nameOf(certificate)}, found one that does not verify`, { hint: changed });
}

// The first way up that keeps all rules; when none does, the complaint about the first.
function findTrustedChain(
  certificate: Certificate,
  signer: Signer,
  { certificates, info }: TimestampToken,
  roots: readonly Certificate[],
): readonly Certificate[] {
  const signingTime = parseSigningTime(signer);
  let complaint: NotationError | undefined;
  for (const path of findPaths(certificate, certificates, roots)) {
    try {
      checkTimestampingChain(path, info.genTime);
      checkRestrictions(path, extendedKeyUsageOid.timeStamping);
      if (signingTime) checkValidity(path, signingTime);
      return path;
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      complaint ??= error;
    }
  }
  throw complaint ?? untrusted(certificate, roots);
}

function untrusted(certificate: Certificate, roots: readonly Certificate[]): NotationError {
  const trusted = roots.map((root) => quoteName(root.subject)).join(', ') || 'none';
  return brokenToken(
    `expected a chain from ${nameOf(certificate)} to a trusted root (${trusted}), found none through its issuer ${quoteName(certificate.issuer)}`,
    {
      hint: 'trust the root certificate of this authority, or use the authority whose root is trusted; its intermediates must be in its answer',
    },
  );
}

function parseSigningTime(signer: Signer): Date | undefined {
  const value = findValue(signer, 'signing time');
  return value && readAll(value, `${what}, signing time`, (cursor) => cursor.time());
}

function requiredValue(signer: Signer, name: AttributeName): Der {
  const value = findValue(signer, name);
  if (value) return value;
  throw brokenToken(`expected a signed attribute ${name} (${attributeOid[name]}), found none`);
}

// RFC 5652 §11: each of them once, with one value.
function findValue({ attributes }: Signer, name: AttributeName): Der | undefined {
  const values = attributes.filter(({ oid }) => oid === attributeOid[name]).map(({ values: own }) => own);
  if (values.length === 0) return undefined;
  const [value] = values[0] ?? [];
  if (value && values.flat().length === 1 && values.length === 1) return value;
  throw brokenToken(
    `expected the signed attribute ${name} once, with one value, found it ${values.length} times with ${values.flat().length}`,
  );
}

const changed = 'the token was changed after it was made, or its maker is at fault';
