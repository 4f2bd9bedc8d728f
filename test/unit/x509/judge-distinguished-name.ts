// Verdicts about distinguished names and trusted identities, as the vectors of other projects state them.
import assert from 'node:assert/strict';
import { NotationError } from '../../../src/core/error.ts';
import { matchIdentity, parseTrustedIdentities } from '../../../src/policy/trusted-identity.ts';
import { parseCertificates } from '../../../src/x509/bundle.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import type { WrittenAttribute } from '../../../src/x509/distinguished-name.ts';
import { isSubset, parseDistinguishedName, parseIdentity } from '../../../src/x509/name.ts';
import { readVector, rowOf, type VectorCase } from '../../support/third-party.ts';

/** Drives what the case is about and holds the verdict, and the facts of a valid case, against what is expected. */
export function judgeDistinguishedName(one: VectorCase): void {
  const drive = drives.find(({ ids }) => ids.test(one.id));
  assert.ok(drive, 'no drive for this case');
  assert.equal(
    verdictOf(() => drive.accepts(one)),
    one.expected.verdict,
  );
}

interface CertificateRow {
  readonly certificate: string;
  readonly trustedIdentities: readonly string[];
}

/** Each drive answers whether the case is accepted, or throws NotationError. */
const drives: readonly { readonly ids: RegExp; readonly accepts: (one: VectorCase) => boolean }[] = [
  { ids: /^dn-parse-/, accepts: (one) => parseIdentity(rowOf<{ readonly dn: string }>(one).input.dn).size > 0 },
  { ids: /^dn-subset-/, accepts: acceptsSubset },
  { ids: /^dn-cert-/, accepts: acceptsCertificate },
  { ids: /^dn-rfc4514-/, accepts: acceptsName },
  { ids: /^dn-equal-/, accepts: acceptsEquality },
];

function verdictOf(accepts: () => boolean): 'valid' | 'invalid' {
  try {
    return accepts() ? 'valid' : 'invalid';
  } catch (error) {
    assert.ok(error instanceof NotationError, String(error));
    assert.ok(['CERTIFICATE', 'POLICY', 'UNTRUSTED'].includes(error.code), error.code);
    return 'invalid';
  }
}

function acceptsSubset(one: VectorCase): boolean {
  const { dn1, dn2 } = rowOf<{ readonly dn1: Record<string, string>; readonly dn2: Record<string, string> }>(one).input;
  return isSubset(new Map(Object.entries(dn1)), new Map(Object.entries(dn2)));
}

function acceptsCertificate(one: VectorCase): boolean {
  const { certificate, trustedIdentities } = rowOf<CertificateRow>(one).input;
  const [leaf] = parseCertificates(readVector(certificate), certificate) as readonly [Certificate];
  return matchIdentity(parseTrustedIdentities(trustedIdentities, one.id), leaf).kind === 'subject';
}

function acceptsName(one: VectorCase): boolean {
  const { input, expected } = rowOf<{ readonly dn: string }>(one);
  const rdns = parseDistinguishedName(input.dn).map((rdn) => rdn.map(({ type, value }) => [type, value]));
  if (expected['verdict'] === 'valid') assert.deepEqual(rdns, expected['rdns']);
  return true;
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
