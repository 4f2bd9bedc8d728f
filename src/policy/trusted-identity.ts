// Whom a statement trusts (trust policy specification § Trusted Identities Constraints).
import { NotationError } from '../core/error.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Identity } from '../x509/distinguished-name.ts';
import { identityOf, isSubset, parseIdentity, printName } from '../x509/name.ts';
import { malformedPolicy } from './member.ts';
import type { TrustedIdentity } from './statement.ts';

type Named = Exclude<TrustedIdentity, { readonly kind: 'any' }>;
type Subject = Named & { readonly kind: 'subject' };

const subjectPrefix = 'x509.subject:';

/**
 * Reads the identities of a statement.
 * @throws NotationError `POLICY` when one is malformed, `*` is not alone, or one certificate could satisfy two (TPL-020 … TPL-024)
 */
export function parseTrustedIdentities(texts: readonly string[], where: string): readonly TrustedIdentity[] {
  if (texts.length > 1 && texts.includes('*')) {
    throw malformedPolicy(where, 'expected the trusted identity "*" alone, found others beside it');
  }
  const identities = texts.map((text) => parseTrustedIdentity(text, where));
  checkOverlap(identities.filter(isSubject), where);
  return identities;
}

/**
 * The trusted identity that a leaf's subject satisfies. The subject is read as strictly as a trusted identity: without C, ST and O, or with an
 * attribute twice, it satisfies none but `*`; so it is in notation.
 * @throws NotationError `UNTRUSTED` saying who signed and who is trusted
 */
export function matchIdentity(trusted: readonly TrustedIdentity[], leaf: Certificate): TrustedIdentity {
  const anybody = trusted.find(({ kind }) => kind === 'any');
  if (anybody) return anybody;
  const named = trusted.filter(isNamed);
  const subjects = named.filter(isSubject);
  if (subjects.length === 0) throw untrusted(leaf, named, 'notation-ts-kms understands trusted identities "x509.subject:" only');
  const subject = readSubject(leaf, subjects);
  const match = subjects.find(({ identity }) => isSubset(identity, subject));
  if (match) return match;
  throw untrusted(leaf, subjects, "if this signer is to be trusted, add its subject to the statement's trustedIdentities");
}

function readSubject(leaf: Certificate, trusted: readonly Subject[]): Identity {
  try {
    return identityOf(leaf.subject);
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    throw untrusted(leaf, trusted, `no trusted identity but "*" is satisfied by such a subject: ${cause.message}`, cause);
  }
}

function parseTrustedIdentity(text: string, where: string): TrustedIdentity {
  if (text === '*') return { kind: 'any' };
  if (!text.includes(':')) {
    throw malformedPolicy(where, `expected a trusted identity "x509.subject: …" or "*", found ${JSON.stringify(text)}`);
  }
  // Other prefixes are for verification plugins to understand (TPL-020, REF-27).
  if (!text.startsWith(subjectPrefix)) return { kind: 'other', text };
  return { kind: 'subject', text, identity: parseSubject(text.slice(subjectPrefix.length), where) };
}

function parseSubject(name: string, where: string): Identity {
  try {
    return parseIdentity(name);
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    throw malformedPolicy(where, `trusted identity: ${cause.message}`, cause.hint);
  }
}

/**
 * Two overlap when one has all attributes of the other with the same values. By the specification's words two without a conflict overlap as
 * well, since a certificate could satisfy both; like notation this takes the narrower reading (AMB-27).
 */
function checkOverlap(subjects: readonly Subject[], where: string): void {
  // By their attribute types, and then by the values of these, so that hundreds of identities are not compared each with each.
  const shapes = new Map<string, { readonly types: readonly string[]; readonly known: Map<string, Subject> }>();
  for (const subject of subjects) {
    const types = [...subject.identity.keys()].sort();
    const { known } = shapes.get(types.join()) ?? { known: new Map<string, Subject>() };
    const values = valuesOf(subject, types);
    shapes.set(types.join(), { types, known: known.set(values, known.get(values) ?? subject) });
  }
  for (const subject of subjects) {
    for (const { types, known } of shapes.values()) {
      const other = known.get(valuesOf(subject, types));
      if (other !== undefined && other !== subject) throw overlapping(other, subject, where);
    }
  }
}

/** One text for the values of these attributes; what the subject does not have is like no value. */
function valuesOf({ identity }: Subject, types: readonly string[]): string {
  return JSON.stringify(types.map((type) => identity.get(type)));
}

function overlapping(one: Subject, other: Subject, where: string): NotationError {
  return malformedPolicy(
    where,
    `expected trusted identities that no certificate satisfies together, found ${JSON.stringify(one.text)} and ${JSON.stringify(other.text)}`,
    'remove the one that says less, or the one that says more',
  );
}

function isNamed(identity: TrustedIdentity): identity is Named {
  return identity.kind !== 'any';
}

function isSubject(identity: TrustedIdentity): identity is Subject {
  return identity.kind === 'subject';
}

/** Trusted identities that a message tells of: a policy may have thousands. */
const told = 5;

function untrusted(leaf: Certificate, trusted: readonly Named[], hint: string, cause?: NotationError): NotationError {
  const texts = trusted.map(({ text }) => JSON.stringify(text));
  const more = texts.length > told ? [`${texts.length - told} more`] : [];
  const expected = [...texts.slice(0, told), ...more].join(', ');
  return new NotationError(
    'UNTRUSTED',
    `signing certificate: expected a subject that a trusted identity of the trust policy allows (${expected}), found ${JSON.stringify(printName(leaf.subject))}`,
    { hint, cause },
  );
}
