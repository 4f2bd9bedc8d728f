// Ways from a certificate up to a root that is trusted, through certificates of which some may be superfluous, cross-signed or lies.
import { equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import type { Certificate } from '../certificate.ts';
import { dropCopies, isIssuedBy } from './chain.ts';

/**
 * Every chain, leaf first, from `leaf` to one of `roots` through `pool`, the shortest ways to a root first at each step; lazily.
 * Each certificate is issued by the next, by name and by signature; whether it might issue, and when, is for the caller to check.
 * @throws NotationError `CERTIFICATE` when there are more certificates, or more ways, than honest chains have.
 */
export function* findPaths(
  leaf: Certificate,
  pool: readonly Certificate[],
  roots: readonly Certificate[],
): Generator<readonly Certificate[], void> {
  const others = dropCopies([...roots, ...pool]);
  if (pool.length > maximumPool) throw tooMany(`at most ${maximumPool} certificates, found ${pool.length}`);
  let steps = 0;
  function* walk(path: readonly Certificate[], last: Certificate): Generator<readonly Certificate[], void> {
    steps += 1;
    if (steps > maximumSteps) throw tooMany('one chain, found too many ways to connect the certificates');
    if (isAmong(roots, last)) return yield path;
    if (path.length === maximumLength) return;
    for (const issuer of others) if (!isOnWay(path, issuer) && isIssuedBy(last, issuer)) yield* walk([...path, issuer], issuer);
  }
  yield* walk([leaf], leaf);
}

const maximumPool = 32;
const maximumLength = 10;
const maximumSteps = 500;

function isAmong(certificates: readonly Certificate[], wanted: Certificate): boolean {
  return certificates.some(({ der }) => equalBytes(der, wanted.der));
}

// The same authority under another certificate leads where the way has been.
function isOnWay(path: readonly Certificate[], { subject, publicKeyInfo }: Certificate): boolean {
  return path.some((one) => equalBytes(one.subject.der, subject.der) && equalBytes(one.publicKeyInfo, publicKeyInfo));
}

function tooMany(problem: string): NotationError {
  return new NotationError('CERTIFICATE', `certificates: expected ${problem}`, { hint: 'this is not what an honest issuer sends' });
}
