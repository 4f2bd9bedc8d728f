// What certificates restrict beyond the Notary rules: extensions that must be understood, purposes and names of what is certified below.
// Code signing chains are not held to it (CRT-014, AMB-18); chains of timestamp authorities are, as by the reference, which leaves them to
// the path validation of Go.
import { NotationError } from '../../core/error.ts';
import { type Certificate, isSelfIssued, nameOf } from '../certificate.ts';
import { extendedKeyUsageOid, extensionOid } from '../extension.ts';
import { alternativeNamesOf, checkConstrainedNames, parseNameConstraints } from './name-constraints.ts';

/**
 * Checks that no certificate of a chain, leaf first, restricts it: by a critical extension that is not understood here, by an extended key
 * usage without `purpose`, by name constraints that a certificate below it breaks (RFC 5280 §4.2, §4.2.1.10, §4.2.1.12, §6.1).
 * @param purpose object identifier
 * @throws NotationError `CERTIFICATE`, naming the certificate and its extension
 */
export function checkRestrictions(chain: readonly Certificate[], purpose: string): void {
  for (const [index, certificate] of chain.entries()) {
    checkUnderstood(certificate);
    checkIssuerIsNamed(certificate);
    checkPurpose(certificate, purpose);
    alternativeNamesOf(certificate);
    checkNamesBelow(certificate, chain.slice(0, index));
  }
}

const nameConstraintsOid = '2.5.29.30';
const policyConstraintsOid = '2.5.29.36';

/**
 * What is looked at, here or by the profiles, or says nothing that could forbid a chain: alternative names, and policies, of which any will do.
 * Identifiers of keys and addresses of information are not among them: they must not be critical (§4.2.1.1, §4.2.1.2, §4.2.2.1).
 */
const understood: ReadonlySet<string> = new Set([
  extensionOid.keyUsage,
  extensionOid.basicConstraints,
  extensionOid.extendedKeyUsage,
  extensionOid.crlDistributionPoints,
  nameConstraintsOid,
  '2.5.29.17',
  '2.5.29.32',
]);

function checkUnderstood(certificate: Certificate): void {
  const unknown = certificate.extensions.find(({ critical, oid }) => critical && !understood.has(oid));
  if (unknown) throw refused(certificate, 'no critical extensions but those that are understood', unknown.oid);
  // It must be critical (§4.2.1.11), and is not evaluated: whoever forgets that still demands it.
  if (certificate.extensions.some(({ oid }) => oid === policyConstraintsOid))
    throw refused(certificate, 'no policy constraints, which are not understood', policyConstraintsOid);
}

// §4.1.2.4 and §4.1.2.6: an authority has a name.
function checkIssuerIsNamed(certificate: Certificate): void {
  if (certificate.issuer.rdns.length === 0) throw refused(certificate, 'an issuer with a name', 'an empty name');
}

function checkPurpose(certificate: Certificate, purpose: string): void {
  const oids = certificate.extendedKeyUsage?.oids;
  if (oids === undefined || oids.includes(purpose) || oids.includes(extendedKeyUsageOid.anyExtendedKeyUsage)) return;
  throw refused(certificate, `an extended key usage with ${purpose}, or none`, oids.join(', '));
}

// §6.1.4 (a): certificates that an authority issued to itself are free, the leaf is not.
function checkNamesBelow(authority: Certificate, below: readonly Certificate[]): void {
  const extension = authority.extensions.find(({ oid }) => oid === nameConstraintsOid);
  if (!extension) return;
  const constraints = parseNameConstraints(extension.value, `${nameOf(authority)}, name constraints`);
  for (const [index, certificate] of below.entries())
    if (index === 0 || !isSelfIssued(certificate)) checkConstrainedNames(certificate, constraints, authority);
}

function refused(certificate: Certificate, expected: string, found: string): NotationError {
  return new NotationError(
    'CERTIFICATE',
    `${nameOf(certificate)}: expected ${expected}, found ${found} (RFC 5280 § Certificate Extensions)`,
    {
      hint: 'use another timestamp authority, or tell whoever runs this one',
    },
  );
}
