// Putting certificates in order, leaf first, by who signed whom.
import { type Der, equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { type Certificate, isSelfIssued, nameOf, quoteName, quoteSubject } from '../certificate.ts';
import { describeKey } from '../key-spec.ts';
import { fingerprint } from '../public-key.ts';
import { parseSignatureAlgorithm, verifyStructure } from '../signature-algorithm.ts';

/**
 * The certificates as one chain, leaf first, root last; copies of one certificate count once, and every certificate must have its place.
 * One certificate alone may be a self-signed leaf. With `leafPublicKeyInfo` the leaf is the one with that key.
 * @throws NotationError `KEY_MISMATCH` when no certificate has that key; `CERTIFICATE` when there is no such chain, naming the
 * certificates that are missing, left over or in question (signature specification § Certificate Requirements).
 */
export function orderChain(certificates: readonly Certificate[], leafPublicKeyInfo?: Der): readonly Certificate[] {
  const pool = dropCopies(certificates);
  if (pool.length === 0) throw broken('expected certificates, found none', 'give the signing certificate and its issuers up to the root');
  if (pool.length > maximumLength) throw broken(`expected at most ${maximumLength} certificates, found ${pool.length}`, keepOneChain);
  for (const certificate of pool) checkSignatureAlgorithm(certificate);
  const graph = linkIssuers(pool);
  const leaves = leafPublicKeyInfo ? leavesWithKey(pool, leafPublicKeyInfo) : [onlyLeaf(pool, graph)];
  const longest = leaves.map((leaf) => search(leaf, pool.length, graph)).reduce((best, path) => (path.length > best.length ? path : best));
  return checkComplete(longest, pool, graph);
}

/**
 * Whether `issuer` issued `certificate`: issuer and subject are the same name byte for byte, and the signature verifies.
 * False for SHA-1 and every other algorithm outside signature-algorithm.ts. Says nothing about whether the issuer may issue.
 */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!equalBytes(certificate.issuer.der, issuer.subject.der)) return false;
  const known = verdicts.get(certificate)?.get(issuer);
  if (known !== undefined) return known;
  const { tbs, signature, signatureAlgorithmDer } = certificate;
  const verdict = verifyStructure(issuer.publicKeyInfo, signatureAlgorithmDer, tbs, signature);
  verdicts.set(certificate, (verdicts.get(certificate) ?? new WeakMap()).set(issuer, verdict));
  return verdict;
}

/** Ordering a chain and checking it ask the same questions; a P-384 answer takes a millisecond. Certificates never change. */
const verdicts = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/** Whether the certificate is its own issuer, by name and by signature. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isSelfIssued(certificate) && isIssuedBy(certificate, certificate);
}

/**
 * Refuses a signature made with SHA-1 or anything else outside signature-algorithm.ts.
 * @throws NotationError `CERTIFICATE` (signature specification § Other Requirements).
 */
export function checkSignatureAlgorithm(certificate: Certificate): void {
  const scheme = parseSignatureAlgorithm(certificate.signatureAlgorithmDer, nameOf(certificate));
  if (scheme.kind !== 'unsupported') return;
  throw new NotationError(
    'CERTIFICATE',
    `${nameOf(certificate)}: expected a signature with SHA-2 of RSA, RSASSA-PSS, ECDSA or Ed25519, found ${scheme.name} (signature specification § Other Requirements)`,
    { hint: 'have the certificate issued anew with a stronger signature algorithm' },
  );
}

/** Each certificate once, where it stands first. */
export function dropCopies(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter((one, index) => certificates.findIndex((other) => equalBytes(one.der, other.der)) === index);
}

/** The certificates with this key. @throws NotationError `KEY_MISMATCH` when there is none, naming the keys that there are. */
export function leavesWithKey(pool: readonly Certificate[], spki: Der): readonly Certificate[] {
  const leaves = pool.filter((certificate) => equalBytes(certificate.publicKeyInfo, spki));
  if (leaves.length > 0) return leaves;
  const found = pool.map(
    (one) => `${quoteSubject(one)} has ${describeKey(one.publicKeyInfo, nameOf(one)).name} sha256:${fingerprint(one.publicKeyInfo)}`,
  );
  throw new NotationError(
    'KEY_MISMATCH',
    `expected a certificate for the key ${describeKey(spki, 'signing key').name} sha256:${fingerprint(spki)}, found none: ${found.join('; ')}`,
    { hint: 'give the certificate that was issued for this key, or the key of this certificate; sha256 is over the SubjectPublicKeyInfo' },
  );
}

/** Longer than any chain in use; the search below would otherwise be at the mercy of its input. */
const maximumLength = 32;
const maximumSteps = 10_000;

const keepOneChain = 'keep only the signing certificate and its issuers up to one root';

type Graph = ReadonlyMap<Certificate, readonly Certificate[]>;

// A self-signed certificate ends a chain, so it leads nowhere.
function linkIssuers(pool: readonly Certificate[]): Graph {
  const issuersOf = (one: Certificate) => (isSelfSigned(one) ? [] : pool.filter((other) => other !== one && isIssuedBy(one, other)));
  return new Map(pool.map((one) => [one, issuersOf(one)]));
}

// The leaf is the one that issued no other.
function onlyLeaf(pool: readonly Certificate[], graph: Graph): Certificate {
  const issuers = new Set([...graph.values()].flat());
  const leaves = pool.filter((certificate) => !issuers.has(certificate));
  const [leaf, second] = leaves;
  if (!leaf) throw broken(`expected one leaf, found a loop: each of ${listOf(pool)} issued another`, keepOneChain);
  if (second)
    throw broken(`expected one leaf, found ${leaves.length} certificates that issued no other here: ${listOf(leaves)}`, keepOneChain);
  return leaf;
}

// The longest walk up from `leaf`; the first that takes in the whole pool and ends at a root wins at once.
function search(leaf: Certificate, size: number, graph: Graph): readonly Certificate[] {
  let best: readonly Certificate[] = [];
  let steps = 0;
  const walk = (path: readonly Certificate[], last: Certificate): boolean => {
    steps += 1;
    if (steps > maximumSteps) throw broken('expected one chain, found too many ways to connect the certificates', keepOneChain);
    if (path.length > best.length) best = path;
    if (path.length === size && isSelfSigned(last)) return true;
    return (graph.get(last) ?? []).some((issuer) => !path.includes(issuer) && walk([...path, issuer], issuer));
  };
  walk([leaf], leaf);
  return best;
}

function checkComplete(path: readonly Certificate[], pool: readonly Certificate[], graph: Graph): readonly Certificate[] {
  const last = path.at(-1);
  const unused = pool.filter((certificate) => !path.includes(certificate));
  if (last && (graph.get(last) ?? []).length > 0)
    throw broken(`expected a chain to a root, found a loop through ${listOf(path)}`, keepOneChain);
  if (last && !isSelfSigned(last)) throw missingIssuer(last, unused);
  if (unused.length > 0)
    throw broken(`expected one chain from ${listOf(path.slice(0, 1))}, found ${listOf(unused)} outside it`, keepOneChain);
  return path;
}

function missingIssuer(last: Certificate, unused: readonly Certificate[]): NotationError {
  if (isSelfIssued(last)) {
    return broken(
      `expected ${nameOf(last)} to be signed by its own key, found another signature`,
      'get this root again from its authority',
    );
  }
  const namesake = unused.find((one) => equalBytes(one.subject.der, last.issuer.der));
  const found = namesake ? 'found one of that name whose key did not sign it' : 'found no certificate of that name';
  return broken(
    `expected the issuer of ${quoteSubject(last)}, ${quoteName(last.issuer)}, ${found}`,
    'add the missing issuers, up to and including the self-signed root',
  );
}

function listOf(certificates: readonly Certificate[]): string {
  return certificates.map(quoteSubject).join(', ');
}

function broken(problem: string, hint: string): NotationError {
  return new NotationError('CERTIFICATE', `certificate chain: ${problem} (signature specification § Certificate Requirements)`, { hint });
}
