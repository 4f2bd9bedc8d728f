// Group dn-matching: distinguished names as text, and trusted identities.
import assert from 'node:assert/strict';
import { matchIdentity, parseTrustedIdentities } from '../../src/policy/trusted-identity.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import type { WrittenAttribute } from '../../src/x509/distinguished-name.ts';
import { isSubset, parseDistinguishedName, parseIdentity } from '../../src/x509/name.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { askById, type Group } from './answer.ts';

export const dnMatching: Group = {
  name: 'dn-matching',
  questions: askById([
    [/^dn-parse-/, (one) => parseIdentity(rowOf<{ readonly dn: string }>(one).input.dn).size > 0],
    [/^dn-subset-/, acceptsSubset],
    [/^dn-cert-/, acceptsCertificate],
    [/^dn-rfc4514-/, acceptsName],
    [/^dn-equal-/, acceptsEquality],
  ]),
};

function acceptsSubset(one: VectorCase): boolean {
  const { dn1, dn2 } = rowOf<{ readonly dn1: Record<string, string>; readonly dn2: Record<string, string> }>(one).input;
  return isSubset(new Map(Object.entries(dn1)), new Map(Object.entries(dn2)));
}

interface CertificateRow {
  readonly certificate: string;
  readonly trustedIdentities: readonly string[];
}

function acceptsCertificate(one: VectorCase): boolean {
  const { certificate, trustedIdentities } = rowOf<CertificateRow>(one).input;
  const [leaf] = parseCertificates(readVector(certificate), certificate) as readonly [Certificate];
  return matchIdentity(parseTrustedIdentities(trustedIdentities, one.id), leaf).kind === 'subject';
}

function acceptsName(one: VectorCase): void {
  const { input, expected } = rowOf<{ readonly dn: string }>(one);
  const rdns = parseDistinguishedName(input.dn).map((rdn) => rdn.map(({ type, value }) => [type, value]));
  if (expected['verdict'] === 'valid') assert.deepEqual(rdns, expected['rdns']);
}

// RFC 4517 §4.2.15. Notation compares type names as written; this is a fact of the parser alone.
function acceptsEquality(one: VectorCase): boolean {
  const { a, b } = rowOf<{ readonly a: string; readonly b: string }>(one).input;
  const [canonicalA, canonicalB] = [a, b].map((text) => JSON.stringify(parseDistinguishedName(text).map(canonicalRdn)));
  return canonicalA === canonicalB;
}

function canonicalRdn(rdn: readonly WrittenAttribute[]): readonly string[] {
  return rdn.map(({ type, value }) => JSON.stringify([type.toLowerCase(), value])).sort();
}
