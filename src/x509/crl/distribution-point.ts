// Where CRLs are and what they are for: CRLDistributionPoints, FreshestCRL (RFC 5280 §4.2.1.13, §5.2.6) and IssuingDistributionPoint (§5.2.5).
import type { Der } from '../../core/bytes.ts';
import {
  type Cursor,
  constructedContextTag,
  contextTag,
  type Element,
  hasBit,
  malformed,
  readMany,
  readSequence,
  tag,
} from '../asn1/der.ts';
import { decodeString } from '../asn1/der-string.ts';

/** Reasons for a revocation, as bits of ReasonFlags; bit 0 is not used. */
export type ReasonMask = number;
export const allReasons: ReasonMask = 0x1fe;

/** One place that the issuer of a certificate names. */
export interface DistributionPoint {
  /** Its names that are URLs. */
  readonly urls: readonly string[];
  /** All its names, each a whole GeneralName. */
  readonly names: readonly Der[];
  readonly reasons: ReasonMask;
  /** The CRL there is somebody else's than the certificate's issuer's. */
  readonly foreign: boolean;
}

/** Which certificates and reasons a CRL covers. */
export interface CrlScope {
  /** All of the extension, to tell whether two scopes are one. */
  readonly der: Der;
  /** Each a whole GeneralName; undefined when the CRL is for any place. */
  readonly names?: readonly Der[];
  readonly only?: 'user' | 'ca' | 'attribute';
  readonly reasons: ReasonMask;
  readonly indirect: boolean;
}

/**
 * The distribution points of a certificate, or those of the delta CRLs of a CRL.
 * @throws NotationError `CERTIFICATE` when malformed, as all here, or when a name is relative to the issuer's: that would leave no address and so no
 * revocation check; Go refuses it too.
 */
export function parseDistributionPoints(value: Der, what: string): readonly DistributionPoint[] {
  return readSequence(value, what, (points) => readMany(points, () => parsePoint(points, what)));
}

/** The address that a GeneralName holds; none for names of other kinds. */
export function parseUri(name: Element, what: string): readonly string[] {
  if (name.tag !== contextTag(6)) return [];
  const text = decodeString(tag.ia5String, name.value);
  if (text === undefined) throw malformed(what, 'expected an address in ASCII, found other characters');
  return [text];
}

/** The IssuingDistributionPoint of a CRL. */
export function parseScope(value: Der, what: string): CrlScope {
  return readSequence(value, what, (fields) => {
    const names = parsePointName(fields)?.map(({ der }) => der);
    const kinds = [flag(fields, 1, what) && 'user', flag(fields, 2, what) && 'ca'] as const;
    const reasons = parseReasons(fields, 3);
    const indirect = flag(fields, 4, what);
    const only = [...kinds, flag(fields, 5, what) && ('attribute' as const)].filter((kind) => kind !== false);
    if (only.length > 1) throw malformed(what, `expected one kind of certificates at most, found ${only.join(' and ')}`);
    return { der: value, ...(names && { names }), ...(only[0] && { only: only[0] }), reasons, indirect };
  });
}

function parsePoint(points: Cursor, what: string): DistributionPoint {
  return readSequence(points.read(tag.sequence).der, what, (fields) => {
    const names = parsePointName(fields) ?? [];
    const reasons = parseReasons(fields, 1);
    const foreign = fields.optional(constructedContextTag(2)) !== undefined;
    return { urls: names.flatMap((name) => parseUri(name, what)), names: names.map(({ der }) => der), reasons, foreign };
  });
}

function parsePointName(fields: Cursor): readonly Element[] | undefined {
  const point = fields.explicit(0);
  const full = point?.inside(constructedContextTag(0));
  point?.end();
  return full && readMany(full, () => full.any());
}

function parseReasons(fields: Cursor, number: number): ReasonMask {
  if (fields.peek() !== contextTag(number)) return allReasons;
  const bits = fields.bitString(contextTag(number));
  return [1, 2, 3, 4, 5, 6, 7, 8].reduce((mask, bit) => (hasBit(bits, bit) ? mask | (1 << bit) : mask), 0);
}

/** A BOOLEAN DEFAULT FALSE under an implicit tag. Encoding the default is against DER, and real CRLs do it. */
function flag(fields: Cursor, number: number, what: string): boolean {
  const found = fields.optional(contextTag(number));
  if (found === undefined) return false;
  const [byte] = found.value;
  if (found.value.length === 1 && (byte === 0x00 || byte === 0xff)) return byte === 0xff;
  throw malformed(what, 'expected a boolean of 00 or ff, found something else');
}
