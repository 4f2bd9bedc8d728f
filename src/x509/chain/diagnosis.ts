// Why certificates are not the chain that notation accepts, all at once, and what they are when put right.
import { type Der, equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { type Certificate, isSelfIssued, nameOf, quoteName, quoteSubject } from '../certificate.ts';
import { assembleChain, isRoot, seemsIssuedBy } from './assembly.ts';
import { dropCopies, leavesWithKey } from './chain.ts';
import { findBrokenRules, findInvalid } from './profile.ts';

/** One thing that is wrong, as one line. */
export interface Problem {
  readonly kind: 'duplicate' | 'order' | 'extra' | 'missing' | 'key' | 'leaf' | 'rule' | 'validity';
  readonly message: string;
  /** Whether leaving out, adding and moving certificates repairs it. */
  readonly repairable: boolean;
}

/** A certificate that may complete a chain, and the words for where it is. */
export interface KnownCertificate {
  readonly certificate: Certificate;
  readonly place: string;
}

export interface Circumstances {
  /** SubjectPublicKeyInfo of the key that signs; when absent the leaf is the certificate that issued no other. */
  readonly publicKeyInfo?: Der;
  readonly known: readonly KnownCertificate[];
  readonly at: Date;
}

export interface Diagnosis {
  readonly problems: readonly Problem[];
  /** The best chain that given and known certificates make, leaf first; empty when there is no telling which is the leaf. */
  readonly chain: readonly Certificate[];
}

/**
 * Judges certificates, in their order, as the chain of a code-signing signature (signature specification § Certificate Requirements).
 * When every problem is repairable, `checkCodeSigningChain` accepts `chain` at that time.
 * @throws NotationError `CERTIFICATE` when a signature algorithm's parameters are malformed.
 */
export function diagnoseChain(given: readonly Certificate[], { publicKeyInfo, known, at }: Circumstances): Diagnosis {
  const pool = dropCopies(given);
  const copies = pool.flatMap((one) => findCopies(one, given));
  const leaves = findLeaves(pool, publicKeyInfo);
  if ('problem' in leaves) return { problems: [...copies, leaves.problem], chain: [] };
  const more = known.filter(({ certificate }) => !pool.some((one) => equalBytes(one.der, certificate.der)));
  const chain = assembleChain(leaves.found, pool, dropCopies(more.map(({ certificate }) => certificate)), at);
  const rules = findBrokenRules(chain).map(({ message }) => lasting('rule', message));
  const validity = findInvalid(chain, at).map(({ message }) => lasting('validity', message));
  return {
    problems: [...copies, ...findDisorder(chain, pool), ...findGaps(chain, more), ...findStrays(chain, pool), ...rules, ...validity],
    chain,
  };
}

function findCopies(one: Certificate, given: readonly Certificate[]): readonly Problem[] {
  const count = given.filter((other) => equalBytes(one.der, other.der)).length;
  return count > 1 ? [repairable('duplicate', `${nameOf(one)} stands here ${count} times`)] : [];
}

type Leaves = { readonly found: readonly Certificate[] } | { readonly problem: Problem };

function findLeaves(pool: readonly Certificate[], publicKeyInfo: Der | undefined): Leaves {
  return publicKeyInfo === undefined ? leafByIssuing(pool) : leafByKey(pool, publicKeyInfo);
}

function leafByKey(pool: readonly Certificate[], publicKeyInfo: Der): Leaves {
  try {
    return { found: leavesWithKey(pool, publicKeyInfo) };
  } catch (error) {
    if (error instanceof NotationError && error.code === 'KEY_MISMATCH') return { problem: lasting('key', error.message) };
    throw error;
  }
}

/** An authority that issued nothing here is more likely a stranger than the leaf. */
function leafByIssuing(pool: readonly Certificate[]): Leaves {
  const idle = pool.filter((one) => !pool.some((other) => other !== one && seemsIssuedBy(other, one)));
  const signing = idle.filter((one) => one.basicConstraints?.ca !== true);
  const leaves = signing.length > 0 ? signing : idle;
  if (leaves.length === 1) return { found: leaves };
  const what = signing.length > 0 ? 'signing certificates' : 'certificates that issued no other, all of authorities';
  return {
    problem: lasting(
      'leaf',
      `expected one signing certificate, found ${leaves.length} ${what}: ${listOf(leaves)}; --id says which is meant`,
    ),
  };
}

function findDisorder(chain: readonly Certificate[], pool: readonly Certificate[]): readonly Problem[] {
  const found = pool.filter((one) => chain.includes(one));
  const expected = chain.filter((one) => pool.includes(one));
  if (expected.every((one, index) => one === found[index])) return [];
  return [repairable('order', `expected the leaf first, then each issuer: ${listOf(expected)}; found ${listOf(found)}`)];
}

function findGaps(chain: readonly Certificate[], more: readonly KnownCertificate[]): readonly Problem[] {
  const filled = chain.flatMap((one, index) => {
    const place = more.find(({ certificate }) => equalBytes(certificate.der, one.der))?.place;
    return place === undefined ? [] : [repairable('missing', `${issuerOf(chain[index - 1])} is not here; it is in ${place}`)];
  });
  const last = chain.at(-1);
  if (last === undefined || isRoot(last)) return filled;
  if (isSelfIssued(last)) return [...filled, lasting('missing', `${nameOf(last)} is its own issuer, and its own key did not sign it`)];
  return [...filled, lasting('missing', `${issuerOf(last)} is neither here nor in the trust store`)];
}

function issuerOf(certificate: Certificate | undefined): string {
  return certificate === undefined ? 'the leaf' : `${quoteName(certificate.issuer)}, the issuer of ${quoteSubject(certificate)},`;
}

/** Above a gap that nothing fills, an authority may well have its place: only a whole chain tells. */
function findStrays(chain: readonly Certificate[], pool: readonly Certificate[]): readonly Problem[] {
  const whole = chain.slice(-1).some(isRoot);
  const strays = pool.filter((one) => !chain.includes(one) && (whole || one.basicConstraints?.ca !== true));
  return strays.map((one) => repairable('extra', `${nameOf(one)} has no place in the chain of ${listOf(chain.slice(0, 1))}`));
}

function listOf(certificates: readonly Certificate[]): string {
  return certificates.map(quoteSubject).join(', ');
}

function repairable(kind: Problem['kind'], message: string): Problem {
  return { kind, message, repairable: true };
}

function lasting(kind: Problem['kind'], message: string): Problem {
  return { kind, message, repairable: false };
}
