// The signed attributes, whose names both encodings share (signature specification § Signed Attributes).
import type { ExtendedAttribute, SignedAttributes, SigningScheme, StatedTime } from '../core/model.ts';
import { malformed } from './codec.ts';

export const attribute = {
  scheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  signingAgent: 'io.cncf.notary.signingAgent',
  timestamp: 'io.cncf.notary.timestampSignature',
} as const;

/** How a header names a parameter: text in JWS, text or a whole number in COSE. */
export type Label = string | number;
export type Header = ReadonlyMap<Label, unknown>;

/** What of the signed attributes differs between the encodings. */
export interface Dialect {
  /** The encoding and the header, for messages: "JWS protected header". */
  readonly what: string;
  readonly crit: Label;
  /** The parameters that the encoding itself reads, which are no attributes. */
  readonly own: ReadonlySet<Label>;
  /** Whether the encoding's standard registers the parameter, so that `crit` must not name it. */
  isRegistered(label: Label): boolean;
  /** Whether an extended attribute must not be called so. */
  isReserved(label: Label): boolean;
  isLabel(value: unknown): value is Label;
  /** The time; undefined when the value is of another kind. */
  readTime(value: unknown): StatedTime | undefined;
  /** What a time looks like, for messages. */
  readonly time: string;
}

/** The attributes that `SignedAttributes` has fields for. */
export const signedNames: ReadonlySet<Label> = new Set([
  attribute.scheme,
  attribute.signingTime,
  attribute.authenticSigningTime,
  attribute.expiry,
]);

/** Names of the unprotected header, which the protected one must not have too. */
export const unsignedNames: ReadonlySet<Label> = new Set([attribute.signingAgent, attribute.timestamp]);

/** Which attribute states the signing time under a scheme; it must be there, and the other must not. */
export const timeOf: Readonly<Record<SigningScheme, string>> = {
  'notary.x509': attribute.signingTime,
  'notary.x509.signingAuthority': attribute.authenticSigningTime,
};

/** Whether the value is one of the two schemes. */
export function isScheme(value: unknown): value is SigningScheme {
  return typeof value === 'string' && Object.hasOwn(timeOf, value);
}

/**
 * The signed attributes of a protected header.
 * @throws NotationError `ENVELOPE` for a scheme that is unknown, a time that is missing, of another kind or of the other scheme,
 * an expiry not after the signing time, and a `crit` that says too little or too much.
 */
export function readSigned(header: Header, dialect: Dialect): SignedAttributes {
  const scheme = readScheme(header.get(attribute.scheme), dialect);
  const signingTime = readSigningTime(header, scheme, dialect);
  const expiry = header.has(attribute.expiry) ? readTime(header, attribute.expiry, dialect) : undefined;
  if (expiry) checkExpiry(signingTime.at, expiry.at, dialect.what);
  const critical = readCritical(header, requiredCritical(scheme, expiry !== undefined), dialect);
  const extended = readExtended(header, critical, dialect);
  return { scheme, signingTime, extended, ...(expiry && { expiry }) };
}

/** @throws NotationError `ENVELOPE` unless the expiry is after the signing time, in whole seconds. */
export function checkExpiry(signingTime: Date, expiry: Date, what: string): void {
  if (expiry > signingTime) return;
  throw malformed(
    what,
    `expected an expiry after the signing time, found ${expiry.toISOString()}, which is not after ${signingTime.toISOString()}`,
  );
}

/** "text", "a number", "bytes", "nothing": what a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return 'text';
  return typeof value === 'object' ? 'something else' : `a ${typeof value}`;
}

/** A name or a label in quotes, with control characters escaped: it goes to terminals. */
export function quote(label: unknown): string {
  const text = JSON.stringify(label) ?? kindOf(label);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function readScheme(value: unknown, { what }: Dialect): SigningScheme {
  if (isScheme(value)) return value;
  const found = typeof value === 'string' ? quote(value) : kindOf(value);
  throw malformed(what, `expected ${attribute.scheme} notary.x509 or notary.x509.signingAuthority, found ${found}`);
}

function readSigningTime(header: Header, scheme: SigningScheme, dialect: Dialect): StatedTime {
  const other = scheme === 'notary.x509' ? attribute.authenticSigningTime : attribute.signingTime;
  if (header.has(other)) throw malformed(dialect.what, `expected no ${other} under the scheme ${scheme}, found one`);
  return readTime(header, timeOf[scheme], dialect);
}

function readTime(header: Header, name: string, dialect: Dialect): StatedTime {
  const value = header.get(name);
  const time = dialect.readTime(value);
  if (time) return time;
  const found = typeof value === 'string' ? quote(value) : kindOf(value);
  throw malformed(dialect.what, `expected ${name} to be ${dialect.time}, found ${found}`);
}

// JWS-011, COSE-003: these and no others of the standard attributes; extended ones as they like.
function requiredCritical(scheme: SigningScheme, expires: boolean): readonly string[] {
  const authentic = scheme === 'notary.x509' ? [] : [attribute.authenticSigningTime];
  return [attribute.scheme, ...authentic, ...(expires ? [attribute.expiry] : [])];
}

function readCritical(header: Header, required: readonly string[], { what, crit, isLabel, isRegistered }: Dialect): ReadonlySet<Label> {
  const value = header.get(crit);
  if (!Array.isArray(value)) throw malformed(what, `expected crit to be an array, found ${kindOf(value)}`);
  const critical = new Set<Label>();
  for (const label of value) {
    if (!isLabel(label)) throw malformed(what, `expected crit to list names of parameters, found ${kindOf(label)} in it`);
    if (critical.has(label)) throw malformed(what, `expected crit to name each parameter once, found ${quote(label)} twice`);
    if (isRegistered(label) || label === attribute.signingTime) {
      throw malformed(what, `expected crit to name attributes that need it, found ${quote(label)}, which must not be in it`);
    }
    if (!header.has(label)) throw malformed(what, `expected every parameter that crit names, found no ${quote(label)}`);
    critical.add(label);
  }
  const missing = required.find((name) => !critical.has(name));
  if (missing !== undefined) throw malformed(what, `expected crit to name ${missing}, found that it does not`);
  return critical;
}

function readExtended(header: Header, critical: ReadonlySet<Label>, { own }: Dialect): readonly ExtendedAttribute[] {
  return [...header]
    .filter(([key]) => !own.has(key) && !signedNames.has(key))
    .map(([key, value]) => ({ key, critical: critical.has(key), value }));
}
