// Group x509-path: certification paths by RFC 5280, and the algorithms under them. The leaves are no signers: what is held against the
// verdicts is all that a timestamp authority's chain must keep but the rules for leaves, and without these two nothing verifies at all.
import assert from 'node:assert/strict';
import { equalBytes } from '../../src/core/bytes.ts';
import { NotationError } from '../../src/core/error.ts';
import { readAll } from '../../src/x509/asn1/der.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import { checkSignatureAlgorithm } from '../../src/x509/chain/chain.ts';
import { findPaths } from '../../src/x509/chain/issuer-path.ts';
import { checkCaCertificate, checkCodeSigningChain, checkTimestampingChain, checkValidity } from '../../src/x509/chain/profile.ts';
import { checkRestrictions } from '../../src/x509/chain/restriction.ts';
import { type CrlPair, checkBaseCrl, checkDeltaCrl, judgeCrls } from '../../src/x509/crl/check.ts';
import { type Crl, parseCrl } from '../../src/x509/crl/crl.ts';
import { allReasons, type DistributionPoint, parseDistributionPoints, type ReasonMask } from '../../src/x509/crl/distribution-point.ts';
import { extendedKeyUsageOid, extensionOid } from '../../src/x509/extension.ts';
import { keySpecOf } from '../../src/x509/key-spec.ts';
import { isSameName } from '../../src/x509/name.ts';
import { verifyStructure } from '../../src/x509/signature-algorithm.ts';
import { readVector, readVectorJson, rowOf, type VectorCase } from '../support/third-party.ts';
import { answerOf, ask, type ById, type Group, isRefusal, pick, type Question } from './answer.ts';

/** What the case's title, or its section in PKITS, is about. */
const words: ById<RegExp> = [
  [/^pkits-4\.1\./, /malformed DER: expected a signature of whole bytes/],
  [/^pkits-4\.2\.|expired-(root|intermediate)|::validity::/, / (not valid before|expired on) /],
  [
    /^pkits-4\.3\.|incorrect-trust-anchor|wrong-signature|signed-with-sha1|untrusted-root|intermediate-cycle/,
    /^expected a chain to a trusted root/,
  ],
  [/^pkits-4\.4\.15|serial::negative/, /expected a serial number of zero or more/],
  [/^pkits-4\.(4\.2|7\.)|missing-crlsign/, /^CRL: expected an issuer whose key usage has cRLSign/],
  [/^pkits-4\.4\.9$|crlnumber-critical/, /^CRL: expected known critical extensions only/],
  [/^pkits-4\.4\.11$/, /^CRL: expected one that is valid at/],
  [/^pkits-4\.5\.7$/, /^CRL: expected a signature by/],
  [/^pkits-4\.(5\.8|6\.3)$|lacks-basic-constraints|without-ca-bit/, /expected basic constraints, critical, with cA true/],
  [/^pkits-4\.6\.|pathlen-0/, /expected a path length constraint of at least/],
  [/invalid-(email|ipv4)-address/, /expected a well-formed constraint/],
  [/^pkits-4\.13\.|::nc::|cve-2025-61727/, /expected only names that .* may certify/],
  [/^pkits-4\.14\.(3|12|23)$/, /^CRL: expected (a|the) CRL (for|of)/],
  [/^pkits-4\.(14\.(17|26|27)|15\.1)$/, /^expected CRLs for all reasons/],
  [/^pkits-4\.14\.31$/, /^CRL: expected entries with known critical extensions only/],
  [/^pkits-4\.15\.10$/, /^delta CRL: expected one that builds on CRL 1/],
  [/^pkits-4\.(4|14|15)\./, /^expected it not to be revoked/],
  [/^pkits-4\.16\.|unknown-critical-extension|critical-aki/, /expected no critical extensions but those that are understood/],
  [/noncritical-pc/, /expected no policy constraints/],
  [/ca-empty-subject/, /expected an issuer with a name/],
  [/lacks-signing-key-usage|inconsistent-ca-extensions/, /expected a key usage with keyCertSign/],
  [/target-eku/, /expected an extended key usage with/],
  [/512bit/, /found RSA-512/],
  [/duplicate-extensions|eku-empty|san::malformed/, /malformed DER/],
  // The generator leaves their intermediates out, or gives the leaf an issuer that nobody has.
  [/ica-ku-keycertsign|missing-basic-constraints|ee-empty-issuer/, /^expected a chain to a trusted root/],
  [/^bsslsig-/, /it does not hold/],
];

export const x509Path: Group = {
  name: 'x509-path',
  questions: (one) => (one.id === 'limbo-shared' ? askLimbo(one) : [ask(one, judgeOf(one))]).map(withWords),
  differences: [
    {
      ids: ['rfc5280::aki::intermediate-missing-aki', 'rfc5280::ski::intermediate-missing-ski', 'rfc5280::ski::root-missing-ski'],
      because:
        'an issuer must write it (RFC 5280 §4.2.1.1, §4.2.1.2), and validation (§6.1) does not ask for it: the signature tells the issuer; as the reference',
    },
    { ids: ['rfc5280::serial::zero'], because: 'users of certificates take such ones (RFC 5280 §4.1.2.2); as the reference' },
    {
      ids: ['rfc5280::san::ip-in-dns'],
      because: 'about the name of the server that is asked for, which is nothing that signers have (CRT-014)',
    },
    {
      ids: ['pathlen::max-chain-depth-0-exhausted'],
      because: 'a wish of whoever verifies that Notary has not: 10 certificates are the bound',
    },
    {
      ids: ['crl::issuer-no-keyusage-extension'],
      says: /with keyCertSign, found no key usage/,
      because: 'stricter: an authority has a key usage (CRT-004)',
    },
    {
      ids: ['rfc5280::validity::notafter-fractional'],
      says: /expired on 2024-04-01T00:00:00/,
      because: 'stricter: 5 ms after the end are after it, as for the reference (CRT-015)',
    },
    { ids: ['pkits-4.1.4'], says: /found DSA/, because: 'stricter: no DSA (ALG-008, CRT-010)' },
    { ids: ['bsslsig-rsa-pkcs1-sha1'], says: /it does not hold/, because: 'stricter: no SHA-1 (CRT-013)' },
    {
      ids: ['pkits-4.3.3', 'pkits-4.3.5', 'pkits-4.3.11'],
      says: /^expected a chain to a trusted root/,
      because: 'stricter: issuer and subject are one name byte for byte, as for the reference (CRT-012)',
    },
    {
      ids: ['pkits-4.5.4', 'pkits-4.5.6'],
      says: /^CRL: expected a signature by/,
      because: "stricter: a CRL is signed by the key in the chain, not by another of its owner's, as for the reference (REV-013)",
    },
    {
      ids: ['pkits-4.6.4', 'bsslchain-intermediate-basic-constraints-not-critical-main'],
      says: /found basic constraints that are not critical/,
      because: 'stricter: they are critical (CRT-002)',
    },
    {
      ids: ['pkits-4.6.15', 'bsslchain-basic-constraints-pathlen-0-self-issued-main'],
      says: /expected a path length constraint of at least 1, found 0/,
      because: 'stricter: certificates that an authority issued to itself count, as for the reference (CRT-003)',
    },
    {
      ids: ['pkits-4.14.4', 'pkits-4.14.7', 'pkits-4.14.29'],
      says: /expected tag 0xa0, found tag 0xa1/,
      because: 'stricter: a place named relative to the issuer has no address to fetch a CRL from; Go refuses it too (REV-011)',
    },
    {
      ids: ['pkits-4.14.22', 'pkits-4.14.24', 'pkits-4.14.25', 'pkits-4.14.33'],
      says: /found an indirect one|^expected CRLs for all reasons|found 2\.5\.29\.29/,
      because: 'stricter: no indirect CRLs, which REV-011 leaves open',
    },
    {
      ids: ['bsslchain-expired-root-not-before'],
      says: /"CN=Root" not valid before/,
      because: 'stricter: the root must be valid as well (CRT-015, CRT-016)',
    },
    {
      ids: ['bsslchain-root-eku-clientauth-serverauth'],
      says: /"CN=Root": expected an extended key usage/,
      because: 'stricter: the purposes of the root count, as in the path validation of Go, which the reference uses (AMB-18)',
    },
  ],
};

function judgeOf({ id, drive }: VectorCase): (one: VectorCase) => unknown {
  if (drive === 'D45') return checkSigned;
  return id.startsWith('pkits-') ? checkPkits : checkBsslChain;
}

function withWords(question: Question): Question {
  const expected = question.expected === 'invalid' ? pick(words, question.id) : undefined;
  return { ...question, ...(expected && { words: expected }) };
}

interface PathQuestion {
  readonly leaf: Certificate;
  readonly pool: readonly Certificate[];
  readonly roots: readonly Certificate[];
  readonly at: Date;
  /** Extended key usage, as an object identifier. */
  readonly purpose: string;
  readonly crls: readonly Uint8Array[];
}

/** The first way to a root that keeps all rules; when none does, the complaint about the first. */
function checkPath({ leaf, pool, roots, at, purpose, crls }: PathQuestion): void {
  keySpecOf(leaf.publicKeyInfo, 'leaf');
  let complaint: NotationError | undefined;
  for (const path of findPaths(leaf, pool, roots)) {
    try {
      refuseAsSigner(path, at);
      for (const certificate of path) checkSignatureAlgorithm(certificate);
      for (const [below, authority] of path.slice(1).entries()) checkCaCertificate(authority, 'timestamping', below);
      checkValidity(path, at);
      checkRestrictions(path, purpose);
      checkCrls(path, crls, at);
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      complaint ??= error;
    }
  }
  throw complaint ?? new NotationError('CERTIFICATE', 'expected a chain to a trusted root, found none');
}

/** Whatever else is said of them: these chains are neither a signer's nor a timestamp authority's. */
function refuseAsSigner(path: readonly Certificate[], at: Date): void {
  assert.throws(() => checkCodeSigningChain(path, at), isRefusal);
  assert.throws(() => checkTimestampingChain(path, at), isRefusal);
}

/**
 * No certificate below the root is revoked by the CRLs of its issuer: each complete one must tell, brought up to date by the delta CRL that
 * there is, and all together for every reason. What is stated of places is a name, not a URL that could be asked.
 */
function checkCrls(path: readonly Certificate[], ders: readonly Uint8Array[], now: Date): void {
  if (ders.length === 0) return;
  const crls = ders.map((der) => parseCrl(der, 'CRL'));
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const issuer = path[index + 1];
    assert.ok(issuer);
    const own = crls.filter((crl) => isSameName(crl.issuer, issuer.subject));
    const delta = own.find(({ baseNumber }) => baseNumber !== undefined);
    const answers = own.filter((crl) => crl !== delta).map((base) => judgeCrl({ base, ...(delta && { delta }) }, certificate, issuer, now));
    if (answers.reduce((mask, reasons) => mask | reasons, 0) !== allReasons)
      throw new NotationError('REVOCATION', `expected CRLs for all reasons, found ${answers.length} that cover fewer`);
  }
}

function judgeCrl(crls: CrlPair, certificate: Certificate, issuer: Certificate, now: Date): ReasonMask {
  checkBaseCrl(crls.base, issuer);
  checkDeltaCrl(crls, issuer);
  const point = pointFor(certificate, crls.base);
  const answer = judgeCrls(crls, { certificate, ...(point && { point }), now });
  if (answer.status === 'good') return answer.reasons;
  throw new NotationError('REVOKED', `expected it not to be revoked, found that it is: ${answer.reason}`);
}

/** The one that the CRL is for, or the first. */
function pointFor({ extensions }: Certificate, { scope }: Crl): DistributionPoint | undefined {
  const extension = extensions.find(({ oid }) => oid === extensionOid.crlDistributionPoints);
  const points = extension ? parseDistributionPoints(extension.value, 'CRL distribution points') : [];
  const named = (der: Uint8Array) => scope?.names?.some((other) => equalBytes(other, der));
  return points.find(({ names }) => names.some(named)) ?? points[0];
}

interface PkitsRow {
  /** Names of files, the trust anchor first, the leaf last. */
  readonly certs: readonly string[];
  readonly crls: readonly string[];
}

function checkPkits(one: VectorCase): void {
  const { certs, crls } = rowOf<PkitsRow>(one).input;
  const [root, ...others] = certs.map((name) => parseCertificate(readVector(`x509-path/common/pkits/certs/${name}.crt`)));
  const leaf = others.at(-1);
  if (!root || !leaf) throw new Error(`${one.id} has no path`);
  checkPath({
    leaf,
    pool: others.slice(0, -1),
    roots: [root],
    at: new Date('2011-04-15T00:00:00Z'),
    purpose: extendedKeyUsageOid.timeStamping,
    crls: crls.map((name) => readVector(`x509-path/common/pkits/crls/${name}.crl`)),
  });
}

function checkBsslChain(one: VectorCase): void {
  const path = one.files[0]?.path ?? '';
  const [leaf, ...others] = parseCertificates(readVector(path), path);
  const root = others.at(-1);
  if (!leaf || !root) throw new Error(`${one.id} has no path`);
  const purpose = one.params?.['keyPurpose'] === 'CLIENT_AUTH' ? extendedKeyUsageOid.clientAuth : extendedKeyUsageOid.serverAuth;
  checkPath({ leaf, pool: others.slice(0, -1), roots: [root], at: readTime(String(one.params?.['time'])), purpose, crls: [] });
}

/** `20211005120000Z` */
function readTime(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

interface LimboTest {
  readonly id: string;
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly extended_key_usage: readonly string[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly crls: readonly string[];
}

function askLimbo(one: VectorCase): readonly Question[] {
  return readVectorJson<{ readonly testcases: readonly LimboTest[] }>(one).testcases.map((test) => ({
    id: test.id,
    expected: test.expected_result === 'SUCCESS' ? ('valid' as const) : ('invalid' as const),
    answer: () => answerOf(() => checkLimbo(test)),
  }));
}

function checkLimbo(test: LimboTest): void {
  const parse = (pem: string) => parseCertificates(Buffer.from(pem), 'certificate');
  const [leaf] = parse(test.peer_certificate);
  if (!leaf) throw new Error(`${test.id} has no leaf`);
  checkPath({
    leaf,
    pool: test.untrusted_intermediates.flatMap(parse),
    roots: test.trusted_certs.flatMap(parse),
    at: new Date(test.validation_time ?? '2026-01-01T00:00:00Z'),
    purpose: test.extended_key_usage.includes('clientAuth') ? extendedKeyUsageOid.clientAuth : extendedKeyUsageOid.serverAuth,
    crls: test.crls.map((pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')),
  });
}

/** A signature of the kind that certificates, CRLs and responders have: key, AlgorithmIdentifier, what was signed, BIT STRING. */
function checkSigned(one: VectorCase): boolean {
  const pem = Buffer.from(readVector(one.files[0]?.path ?? '')).toString();
  const block = (label: string) => {
    const [, text] = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END`).exec(pem) ?? [];
    return Buffer.from(text ?? '', 'base64');
  };
  const { bytes, unusedBits } = readAll(block('SIGNATURE'), 'signature', (cursor) => cursor.bitString());
  return unusedBits === 0 && verifyStructure(block('PUBLIC KEY'), block('ALGORITHM'), block('DATA'), bytes);
}
