// What certificates must be: signature specification § Certificate Requirements, rule by rule.
// Extensions other than basicConstraints, keyUsage and extKeyUsage are not looked at, even when critical (CRT-014).
import { type Algorithm, algorithmOfSpec } from '../../core/algorithm.ts';
import { NotationError } from '../../core/error.ts';
import { type Certificate, nameOf, quoteName, quoteSubject } from '../certificate.ts';
import { extendedKeyUsageOid, type KeyUsageBit } from '../extension.ts';
import { keySpecOf } from '../key-spec.ts';
import { checkSignatureAlgorithm, isIssuedBy, isSelfSigned } from './chain.ts';

export type Purpose = 'code signing' | 'timestamping';

/**
 * Checks a code-signing chain, leaf first, root last, and at `at`, when given, the validity of every certificate.
 * @returns the algorithm that the leaf's key signs with
 * @throws NotationError `CERTIFICATE` or, for the leaf's key, `KEY_UNUSABLE`, naming the certificate, the rule and its section.
 */
export function checkCodeSigningChain(chain: readonly Certificate[], at?: Date): Algorithm {
  return checkChain(chain, 'code signing', at);
}

/** As `checkCodeSigningChain`, with the rules for timestamping. */
export function checkTimestampingChain(chain: readonly Certificate[], at?: Date): Algorithm {
  return checkChain(chain, 'timestamping', at);
}

/**
 * Checks that every certificate is valid at `at`; both ends of the validity count as within.
 * @throws NotationError `CERTIFICATE` naming the first that is not, with its validity.
 */
export function checkValidity(chain: readonly Certificate[], at: Date): void {
  const [first] = findInvalid(chain, at);
  if (first) throw first;
}

/** As `checkValidity`, but answers one error for each certificate that is not valid at `at`. */
export function findInvalid(chain: readonly Certificate[], at: Date): readonly NotationError[] {
  return chain.map((certificate) => invalidAt(certificate, at)).filter((error) => error !== undefined);
}

/** Every rule for code signing that the certificates of a chain break, each by itself, the leaf first; order and validity are not looked at. */
export function findBrokenRules([leaf, ...authorities]: readonly Certificate[]): readonly NotationError[] {
  if (!leaf) return [];
  const ofLeaf = [...failures(() => checkLeafKey(leaf)), ...brokenRules(leaf, leafRules, 'code signing')];
  const ofAuthorities = authorities.flatMap((authority, below) => [
    ...brokenRules(authority, caRules, 'code signing'),
    ...brokenPathLength(authority, below),
  ]);
  return [...[leaf, ...authorities].flatMap((one) => failures(() => checkSignatureAlgorithm(one))), ...ofLeaf, ...ofAuthorities];
}

/**
 * Checks one certificate against the rules for roots and intermediates; `below` counts the CA certificates between it and the leaf.
 * @throws NotationError `CERTIFICATE`
 */
export function checkCaCertificate(certificate: Certificate, purpose: Purpose, below: number): void {
  checkRules(certificate, caRules, purpose);
  const [tooShort] = brokenPathLength(certificate, below);
  if (tooShort) throw tooShort;
}

/**
 * Checks one certificate against the rules for leaves.
 * @returns the algorithm that its key signs with
 * @throws NotationError `CERTIFICATE`, or `KEY_UNUSABLE` for the key
 */
export function checkLeafCertificate(certificate: Certificate, purpose: Purpose): Algorithm {
  const algorithm = checkLeafKey(certificate);
  checkRules(certificate, leafRules, purpose);
  return algorithm;
}

interface Rule {
  readonly id: string;
  readonly section: keyof typeof hints;
  readonly expected: string;
  /** The only purpose that has this rule; both when absent. */
  readonly purpose?: Purpose;
  /** What breaks the rule; undefined when nothing does. */
  readonly found: (certificate: Certificate) => string | undefined;
}

const specification = 'signature specification';
const caSection = 'Root and Intermediate CA Certificates';
const leafSection = 'Leaf Certificates';
const otherSection = 'Other Requirements';

const caRules: readonly Rule[] = [
  {
    id: 'CRT-002',
    section: caSection,
    expected: 'basic constraints, critical, with cA true',
    found: ({ basicConstraints }) => {
      if (!basicConstraints) return 'no basic constraints';
      if (!basicConstraints.ca) return 'cA false';
      return basicConstraints.critical ? undefined : 'basic constraints that are not critical';
    },
  },
  {
    id: 'CRT-004',
    section: caSection,
    expected: 'a key usage with keyCertSign',
    found: (certificate) => findMissingUsage(certificate, 'keyCertSign'),
  },
  { id: 'CRT-004', section: caSection, expected: 'a critical key usage', purpose: 'code signing', found: findUncriticalUsage },
];

const leafRules: readonly Rule[] = [
  {
    id: 'CRT-005',
    section: leafSection,
    expected: 'cA false where there are basic constraints',
    found: ({ basicConstraints }) => (basicConstraints?.ca ? 'cA true' : undefined),
  },
  { id: 'CRT-006', section: leafSection, expected: 'a critical key usage', purpose: 'code signing', found: findUncriticalUsage },
  {
    id: 'CRT-007',
    section: leafSection,
    expected: 'a key usage with digitalSignature',
    found: (certificate) => findMissingUsage(certificate, 'digitalSignature'),
  },
  { id: 'CRT-007', section: leafSection, expected: 'a key usage for signatures only', found: findForbiddenUsage },
  {
    id: 'CRT-008',
    section: leafSection,
    expected: 'an extended key usage, if any, for no other purpose than code signing',
    purpose: 'code signing',
    found: findForbiddenPurpose,
  },
  {
    id: 'CRT-009',
    section: leafSection,
    expected: 'a critical extended key usage of timeStamping alone',
    purpose: 'timestamping',
    found: findOtherThanTimestamping,
  },
];

const forbiddenUsages: readonly KeyUsageBit[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

// The specification lists all but ocspSigning; the reference refuses that and forgets anyExtendedKeyUsage (REF-22). Both are refused here.
const forbiddenPurposes = ['anyExtendedKeyUsage', 'serverAuth', 'clientAuth', 'emailProtection', 'timeStamping', 'ocspSigning'] as const;

const hints = {
  [caSection]: 'use a chain whose issuing certificates are proper CA certificates',
  [leafSection]: 'have the certificate issued anew with the extensions that the specification asks for',
  [otherSection]: 'put the signing certificate first, then each issuer, the self-signed root last',
} as const;

function checkChain(chain: readonly Certificate[], purpose: Purpose, at: Date | undefined): Algorithm {
  const [leaf, ...authorities] = chain;
  if (!leaf) {
    throw new NotationError(
      'CERTIFICATE',
      `certificate chain: expected a leaf and its issuers, found none (${specification} § ${otherSection})`,
      {
        hint: 'give the signing certificate and its issuers up to the root',
      },
    );
  }
  for (const certificate of chain) checkSignatureAlgorithm(certificate);
  // First, because a key that cannot be used explains a signature that does not verify.
  const algorithm = checkLeafKey(leaf);
  checkOrder(chain);
  for (const [below, authority] of authorities.entries()) checkCaCertificate(authority, purpose, below);
  checkRules(leaf, leafRules, purpose);
  if (at) checkValidity(chain, at);
  return algorithm;
}

// CRT-010, and the closed table of § Algorithm Selection (AMB-17).
function checkLeafKey(leaf: Certificate): Algorithm {
  return algorithmOfSpec(keySpecOf(leaf.publicKeyInfo, nameOf(leaf)));
}

// CRT-011 and CRT-012: each is issued by the next, and only the last by itself.
function checkOrder(chain: readonly Certificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    const selfSigned = isSelfSigned(certificate);
    if (issuer && selfSigned)
      throw broken(
        certificate,
        `a chain with one self-signed certificate, the last, found this one at place ${index + 1} of ${chain.length}`,
        otherSection,
        'CRT-012',
      );
    if (issuer && !isIssuedBy(certificate, issuer)) throw notIssued(certificate, issuer);
    if (!issuer && !selfSigned) {
      throw broken(
        certificate,
        `a chain that ends with a self-signed root, found this certificate last, issued by ${quoteName(certificate.issuer)}`,
        otherSection,
        'CRT-011',
      );
    }
  }
}

function notIssued(certificate: Certificate, issuer: Certificate): NotationError {
  return broken(
    certificate,
    `the next certificate to be its issuer ${quoteName(certificate.issuer)}, found ${quoteSubject(issuer)}, which did not sign it`,
    otherSection,
    'CRT-012',
  );
}

function brokenPathLength(certificate: Certificate, below: number): readonly NotationError[] {
  const allowed = certificate.basicConstraints?.pathLength;
  if (allowed === undefined || allowed >= below) return [];
  return [broken(certificate, `a path length constraint of at least ${below}, found ${allowed}`, caSection, 'CRT-003')];
}

function invalidAt(certificate: Certificate, at: Date): NotationError | undefined {
  const { notBefore, notAfter } = certificate;
  const window = `valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
  const early = at < notBefore;
  if (!early && at <= notAfter) return undefined;
  const state = early ? `not valid before ${notBefore.toISOString()}` : `expired on ${notAfter.toISOString()}`;
  return new NotationError(
    'CERTIFICATE',
    `${nameOf(certificate)} ${state}: expected it to be valid at ${at.toISOString()}, found it ${window} (${specification} § ${otherSection})`,
    {
      hint: early
        ? 'check the clock, or wait until the certificate is valid'
        : 'renew the certificate, or sign with a key whose chain is valid',
    },
  );
}

function checkRules(certificate: Certificate, rules: readonly Rule[], purpose: Purpose): void {
  const [first] = brokenRules(certificate, rules, purpose);
  if (first) throw first;
}

function brokenRules(certificate: Certificate, rules: readonly Rule[], purpose: Purpose): readonly NotationError[] {
  return rules
    .filter((rule) => rule.purpose === undefined || rule.purpose === purpose)
    .map((rule) => ({ rule, found: rule.found(certificate) }))
    .filter(({ found }) => found !== undefined)
    .map(({ rule, found }) => broken(certificate, `${rule.expected}, found ${found}`, rule.section, rule.id));
}

function failures(check: () => unknown): readonly NotationError[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof NotationError) return [error];
    throw error;
  }
}

function findMissingUsage({ keyUsage }: Certificate, bit: KeyUsageBit): string | undefined {
  if (!keyUsage) return 'no key usage';
  return keyUsage.has(bit) ? undefined : keyUsage.bits.join(', ') || 'an empty key usage';
}

function findUncriticalUsage({ keyUsage }: Certificate): string | undefined {
  if (!keyUsage) return 'no key usage';
  return keyUsage.critical ? undefined : 'a key usage that is not critical';
}

function findForbiddenUsage({ keyUsage }: Certificate): string | undefined {
  return forbiddenUsages.filter((bit) => keyUsage?.has(bit)).join(', ') || undefined;
}

function findForbiddenPurpose({ extendedKeyUsage }: Certificate): string | undefined {
  return forbiddenPurposes.filter((name) => extendedKeyUsage?.oids.includes(extendedKeyUsageOid[name])).join(', ') || undefined;
}

function findOtherThanTimestamping({ extendedKeyUsage }: Certificate): string | undefined {
  if (!extendedKeyUsage) return 'no extended key usage';
  const [first, second] = extendedKeyUsage.oids;
  if (first !== extendedKeyUsageOid.timeStamping || second !== undefined) return extendedKeyUsage.oids.join(', ');
  return extendedKeyUsage.critical ? undefined : 'one that is not critical';
}

function broken(certificate: Certificate, problem: string, section: keyof typeof hints, id?: string): NotationError {
  const message = `${nameOf(certificate)}: expected ${problem} (${specification} § ${section})`;
  return new NotationError('CERTIFICATE', message, { hint: hints[section], ...(id && { metadata: { rule: id } }) });
}
