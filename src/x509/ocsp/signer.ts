// Who may answer for a certificate authority: itself, and whom it lets (RFC 6960 §4.2.2.2).
import { equalBytes, toHex } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { type Certificate, nameOf, parseCertificate, quoteName, quoteSubject } from '../certificate.ts';
import { isIssuedBy } from '../chain/chain.ts';
import { checkValidity } from '../chain/profile.ts';
import { extendedKeyUsageOid } from '../extension.ts';
import { isSameName } from '../name.ts';
import { unusableAnswer } from '../revocation/error.ts';
import { parseSignatureAlgorithm, verifyStructure } from '../signature-algorithm.ts';
import { hashKey } from './certificate-id.ts';
import type { OcspResponse } from './response.ts';

/**
 * Checks that a response is signed by the issuer itself or by the holder of a certificate that the issuer issued for OCSP signing.
 * @returns that certificate when it must be checked for revocation itself (REV-010)
 * @throws NotationError `REVOCATION`, `CERTIFICATE`: the complaint about the first of those who may be meant
 */
export function checkOcspSigner(response: OcspResponse, issuer: Certificate, now: Date): Certificate | undefined {
  let complaint: NotationError | undefined;
  for (const candidate of candidatesOf(response, issuer)) {
    try {
      if (candidate !== issuer) checkDelegate(candidate, issuer, now);
      checkSignature(response, candidate);
      return candidate === issuer || needsNoCheck(candidate) ? undefined : candidate;
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      complaint ??= error;
    }
  }
  throw complaint ?? missing(response, issuer);
}

const what = 'OCSP response';
/** id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1). */
const nocheckOid = '1.3.6.1.5.5.7.48.1.5';
/** One is enough, and some responders send their whole chain. */
const maximumCertificates = 8;

// Certificates are read when the issuer's own signature does not hold: most responders send none that are needed then.
function* candidatesOf(response: OcspResponse, issuer: Certificate): Generator<Certificate, void> {
  if (isResponder(response, issuer)) yield issuer;
  const { certificates } = response;
  if (certificates.length > maximumCertificates)
    throw unusableAnswer(what, `expected at most ${maximumCertificates} certificates, found ${certificates.length}`);
  for (const [index, der] of certificates.entries()) {
    const certificate = parseCertificate(der, `${what}, certificate ${index + 1}`);
    if (isResponder(response, certificate)) yield certificate;
  }
}

function isResponder({ responder }: OcspResponse, certificate: Certificate): boolean {
  if ('name' in responder) return isSameName(responder.name, certificate.subject);
  return equalBytes(responder.keyHash, hashKey(certificate, 'sha1'));
}

function checkDelegate(delegate: Certificate, issuer: Certificate, now: Date): void {
  const refused = (problem: string) => unusableAnswer(what, `expected its signer ${quoteSubject(delegate)} ${problem}`);
  if (!isIssuedBy(delegate, issuer))
    throw refused(`to be issued by ${quoteSubject(issuer)}, which answers for its certificates; found another issuer`);
  const { extendedKeyUsage, keyUsage } = delegate;
  if (!extendedKeyUsage?.oids.includes(extendedKeyUsageOid.ocspSigning))
    throw refused(`to be meant for OCSP signing, found ${extendedKeyUsage ? 'other purposes' : 'no extended key usage'}`);
  if (keyUsage && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation'))
    throw refused(`to have a key for signatures, found a key usage of ${keyUsage.bits.join(', ') || 'nothing'}`);
  checkValidity([delegate], now);
}

// The reference takes SHA-1 here, though in no certificate: there are no responders left that sign with it, and there are collisions.
function checkSignature({ signed, signature, signatureAlgorithm }: OcspResponse, signer: Certificate): void {
  const scheme = parseSignatureAlgorithm(signatureAlgorithm, `${what}, signature algorithm`);
  if (scheme.kind === 'unsupported')
    throw unusableAnswer(what, `expected a signature with SHA-2 of RSA, RSASSA-PSS, ECDSA or Ed25519, found ${scheme.name}`);
  if (verifyStructure(signer.publicKeyInfo, signatureAlgorithm, signed, signature)) return;
  throw unusableAnswer(what, `expected a signature by ${quoteSubject(signer)}, found one that does not verify`, { hint: changed });
}

function needsNoCheck({ extensions }: Certificate): boolean {
  return extensions.some(({ oid }) => oid === nocheckOid);
}

function missing(response: OcspResponse, issuer: Certificate): NotationError {
  const found = `found ${nameOfResponder(response)} without one`;
  return unusableAnswer(what, `expected ${nameOf(issuer)} or a certificate of its responder, ${found}`);
}

function nameOfResponder({ responder }: OcspResponse): string {
  return 'name' in responder ? quoteName(responder.name) : `the key ${toHex(responder.keyHash.subarray(0, 20))}`;
}

const changed = 'the response was changed after it was made, or its maker is at fault';
