// What CRLs say of a certificate: RFC 5280 §6.3.3 without indirect CRLs, and the trust policy specification § Revocation Checking with CRL.
import { equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { type Certificate, nameOf, quoteName } from '../certificate.ts';
import { isSameName } from '../name.ts';
import { holdReason, nameOfReason, removeReason } from '../revocation/reason.ts';
import { verifyStructure } from '../signature-algorithm.ts';
import { type Crl, freshestCrlOid } from './crl.ts';
import { allReasons, type CrlScope, type DistributionPoint, type ReasonMask } from './distribution-point.ts';
import type { CrlEntry } from './entries.ts';

/** A complete CRL, and the delta CRL that brings it up to date. */
export interface CrlPair {
  readonly base: Crl;
  readonly delta?: Crl;
}

export interface CrlQuestion {
  readonly certificate: Certificate;
  /** Where the certificate says that the CRL is; undefined when it was found otherwise. */
  readonly point?: DistributionPoint;
  readonly now: Date;
  /** A revocation for a later invalidity date does not count (REV-014). */
  readonly authenticSigningTime?: Date;
}

export type CrlAnswer =
  /** Not revoked for any of these reasons. */
  | { readonly status: 'good'; readonly reasons: ReasonMask }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason?: string; readonly invalidityDate?: Date };

/**
 * Holds what does not depend on a certificate: that the CRL is complete, and the issuer's. Costs an operation with its public key.
 * @throws NotationError `REVOCATION`
 */
export function checkBaseCrl(base: Crl, issuer: Certificate): void {
  checkCrl(base, issuer, 'CRL');
  // The reference takes a delta CRL for a complete one, which lists less than is revoked.
  if (base.baseNumber !== undefined) throw unusable('CRL', 'a complete CRL, found a delta CRL');
}

/**
 * Holds the same of a delta CRL, and that it builds on `base`. Where `base` names places of delta CRLs, one is needed.
 * @throws NotationError `REVOCATION`
 */
export function checkDeltaCrl({ base, delta }: CrlPair, issuer: Certificate): void {
  if (!delta && base.freshestUrls.length > 0) throw unusable('CRL', 'its delta CRL, found none');
  if (!delta) return;
  checkCrl(delta, issuer, 'delta CRL');
  checkNumbers(base, delta);
  if (!equalScopes(base.scope, delta.scope)) throw unusable('delta CRL', 'the scope of its complete CRL, found another');
}

/**
 * What CRLs that passed `checkBaseCrl` and `checkDeltaCrl` say of a certificate of the same issuer.
 * @throws NotationError `REVOCATION` when they do not tell; `CERTIFICATE` when the certificate's entry is malformed
 */
export function judgeCrls({ base, delta }: CrlPair, question: CrlQuestion): CrlAnswer {
  const reasons = checkScope(base.scope, question);
  // Its delta CRLs may have another scope than those of the CRL; the reference refuses it too (REF-30).
  if (!delta && namesFreshest(question.certificate))
    throw unusable('CRL', 'a CRL that names its delta CRLs, as the certificate does, found none');
  const late = (delta ? [base, delta] : [base]).map((crl) => findExpiry(crl, question.now)).find((error) => error !== undefined);
  const revocation = effectiveEntry([...entriesOf(base, question, 'base'), ...entriesOf(delta, question, 'delta')]);
  // REV-015: what has expired can no longer say that a certificate is good, or that a hold lasts.
  if (revocation && !(late && revocation.reason === holdReason)) return tell(revocation);
  if (late) throw late;
  return { status: 'good', reasons };
}

/** When CRLs end to be valid, in milliseconds since 1970: with the one that ends first. Undefined when they are not valid now. */
export function endOfCrls({ base, delta }: CrlPair, now: Date): number | undefined {
  const ends = (delta ? [base, delta] : [base]).map(({ thisUpdate, nextUpdate }) =>
    isEarly(thisUpdate, now) ? 0 : (nextUpdate?.getTime() ?? 0),
  );
  const end = Math.min(...ends);
  return now.getTime() <= end ? end : undefined;
}

/** Clocks differ: a CRL may be this much younger than now. */
const skewMs = 5 * 60_000;

function checkCrl(crl: Crl, issuer: Certificate, what: string): void {
  const [unknown] = crl.unknownCritical;
  if (unknown !== undefined) throw unusable(what, `known critical extensions only, found ${unknown}`);
  if (!isSameName(crl.issuer, issuer.subject))
    throw unusable(what, `it to be issued by ${quoteName(issuer.subject)}, found ${quoteName(crl.issuer)}`);
  // RFC 5280 §6.3.3 (f). That the issuer is an authority is a rule for its chain, which was checked before.
  if (issuer.keyUsage && !issuer.keyUsage.has('cRLSign'))
    throw unusable(what, `an issuer whose key usage has cRLSign, found ${nameOf(issuer)}`);
  if (!verifyStructure(issuer.publicKeyInfo, crl.signatureAlgorithmDer, crl.tbs, crl.signature))
    throw unusable(what, `a signature by ${nameOf(issuer)}, found another or one that does not hold`);
}

/** RFC 5280 §5.2.4, as the reference reads it (AMB-38). */
function checkNumbers(base: Crl, delta: Crl): void {
  if (delta.baseNumber === undefined) throw unusable('delta CRL', 'a delta CRL indicator, found none');
  if (base.number === undefined || delta.number === undefined) throw unusable('delta CRL', 'a CRL number in both CRLs, found none in one');
  if (delta.baseNumber > base.number)
    throw unusable('delta CRL', `one that builds on CRL ${base.number} or an older one, found one on ${delta.baseNumber}`);
  if (delta.number <= base.number) throw unusable('delta CRL', `a number above ${base.number}, its complete CRL's, found ${delta.number}`);
}

/** RFC 5280 §6.3.3 (c) (2). */
function equalScopes(a: CrlScope | undefined, b: CrlScope | undefined): boolean {
  return a && b ? equalBytes(a.der, b.der) : a === b;
}

/** RFC 5280 §6.3.3 (b), (d): the reasons that the CRL covers for the certificate. */
function checkScope(scope: CrlScope | undefined, { certificate, point }: CrlQuestion): ReasonMask {
  if (point?.foreign || scope?.indirect) throw unusable('CRL', 'the CRL of the certificate’s own issuer, found an indirect one');
  checkKind(scope, certificate);
  if (scope?.names && point && !point.names.some((name) => scope.names?.some((other) => equalBytes(name, other))))
    throw unusable('CRL', 'a CRL for the place that the certificate names, found one for another');
  return (scope?.reasons ?? allReasons) & (point?.reasons ?? allReasons);
}

function checkKind(scope: CrlScope | undefined, { version, basicConstraints }: Certificate): void {
  if (scope?.only === undefined) return;
  const kind = basicConstraints?.ca ? 'ca' : 'user';
  // A certificate that cannot say what it is may be either.
  if (scope.only !== kind || version !== 3)
    throw unusable('CRL', `a CRL for ${kind} certificates, found one for ${scope.only} certificates only`);
}

function findExpiry({ thisUpdate, nextUpdate }: Crl, now: Date): NotationError | undefined {
  if (isEarly(thisUpdate, now)) throw unusable('CRL', `one made before ${now.toISOString()}, found one of ${thisUpdate.toISOString()}`);
  if (!nextUpdate) return unusable('CRL', 'the time of its next update, found none');
  if (now <= nextUpdate) return undefined;
  return unusable('CRL', `one that is valid at ${now.toISOString()}, found one that expired on ${nextUpdate.toISOString()}`);
}

function isEarly(thisUpdate: Date, now: Date): boolean {
  return thisUpdate.getTime() > now.getTime() + skewMs;
}

function namesFreshest({ extensions }: Certificate): boolean {
  return extensions.some(({ oid }) => oid === freshestCrlOid);
}

function entriesOf(
  crl: Crl | undefined,
  { certificate, authenticSigningTime: signed }: CrlQuestion,
  kind: 'base' | 'delta',
): readonly CrlEntry[] {
  const entries = crl?.find(certificate.serial) ?? [];
  // RFC 5280 §5.3.1: only a delta CRL takes an entry back.
  if (kind === 'base' && entries.some(({ reason }) => reason === removeReason))
    throw unusable('CRL', 'entries of revoked certificates, found one with the reason removeFromCRL in a complete CRL');
  return entries.filter(({ invalidityDate }) => !(invalidityDate && signed && signed < invalidityDate));
}

/**
 * The entry that makes the certificate revoked. A revocation is for good, unless it is a hold: of holds and removals the latest counts, and a hold where a
 * removal has the same time (AMB-37).
 */
function effectiveEntry(entries: readonly CrlEntry[]): CrlEntry | undefined {
  const permanent = entries.find(({ reason }) => reason !== holdReason && reason !== removeReason);
  const later = (a: CrlEntry, b: CrlEntry) => b.revokedAt.getTime() - a.revokedAt.getTime() || a.reason - b.reason;
  const [latest] = entries.toSorted(later);
  return permanent ?? (latest?.reason === holdReason ? latest : undefined);
}

function tell({ revokedAt, reason, invalidityDate }: CrlEntry): CrlAnswer {
  return { status: 'revoked', revokedAt, ...(reason !== 0 && { reason: nameOfReason(reason) }), ...(invalidityDate && { invalidityDate }) };
}

function unusable(what: string, problem: string): NotationError {
  return new NotationError('REVOCATION', `${what}: expected ${problem}`, {
    hint: 'ask the authority that issued the certificate for a CRL that it can be checked with',
  });
}
