// The best chain that can be made of certificates that need not all belong to it.
import { equalBytes } from '../../core/bytes.ts';
import { type Certificate, isSelfIssued, nameOf } from '../certificate.ts';
import { parseSignatureAlgorithm } from '../signature-algorithm.ts';
import { isIssuedBy, isSelfSigned } from './chain.ts';
import { findInvalid } from './profile.ts';

/**
 * The best chain from one of `leaves` up, leaf first: one that ends at a root before all others, then the one with the fewest certificates
 * that are not valid at `at`, then the fewest from `more`, then the longest, then the newest leaf. Empty when there are no leaves.
 */
export function assembleChain(
  leaves: readonly Certificate[],
  pool: readonly Certificate[],
  more: readonly Certificate[],
  at: Date,
): readonly Certificate[] {
  const all = [...pool, ...more];
  const merits = (path: readonly Certificate[]) => [
    path.slice(-1).filter(isRoot).length,
    -findInvalid(path, at).length,
    -path.filter((one) => more.includes(one)).length,
    path.length,
    path[0]?.notBefore.getTime() ?? 0,
  ];
  const paths = leaves.flatMap((leaf) => firstOf(pathsFrom([leaf], all)));
  return paths.reduce<readonly Certificate[]>((best, path) => (isGreater(merits(path), merits(best)) ? path : best), []);
}

/**
 * Whether `issuer` issued `certificate`, as `isIssuedBy` says; by name alone where the signature is of an algorithm that nobody may
 * use any more, so that its place can still be told.
 */
export function seemsIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!equalBytes(certificate.issuer.der, issuer.subject.der)) return false;
  return isIssuedBy(certificate, issuer) || isUnverifiable(certificate);
}

/** Whether a chain may end here, told as `seemsIssuedBy` does. */
export function isRoot(certificate: Certificate): boolean {
  return isSelfSigned(certificate) || (isSelfIssued(certificate) && isUnverifiable(certificate));
}

/** Certificates that sign each other in all directions must not take for ever. */
const maximumPaths = 1000;

function firstOf(paths: Iterable<readonly Certificate[]>): readonly (readonly Certificate[])[] {
  const first: (readonly Certificate[])[] = [];
  for (const path of paths) {
    first.push(path);
    if (first.length === maximumPaths) break;
  }
  return first;
}

function* pathsFrom(path: readonly Certificate[], pool: readonly Certificate[]): Generator<readonly Certificate[]> {
  const last = path.at(-1);
  if (last === undefined) return;
  const issuers = isRoot(last) ? [] : pool.filter((one) => !path.includes(one) && seemsIssuedBy(last, one));
  if (issuers.length === 0) yield path;
  for (const issuer of issuers) yield* pathsFrom([...path, issuer], pool);
}

function isGreater(left: readonly number[], right: readonly number[]): boolean {
  const index = left.findIndex((value, place) => value !== right[place]);
  return index !== -1 && (left[index] ?? 0) > (right[index] ?? 0);
}

function isUnverifiable(certificate: Certificate): boolean {
  return parseSignatureAlgorithm(certificate.signatureAlgorithmDer, nameOf(certificate)).kind === 'unsupported';
}
