// Certificate revocation lists (RFC 5280 §5.1, §5.2): bytes in, values out. Nothing here is trusted yet.
import { type Der, equalBytes, toHex } from '../../core/bytes.ts';
import { type Cursor, malformed, readAll, readSequence, tag } from '../asn1/der.ts';
import { type Extension, parseExtensionList } from '../extension.ts';
import { type Name, parseNameDer } from '../name.ts';
import { type CrlScope, parseDistributionPoints, parseScope } from './distribution-point.ts';
import { type CrlEntry, checkEntries, findEntries } from './entries.ts';

/** One CRL of version 2, complete or delta. */
export interface Crl {
  readonly der: Der;
  /** What the signature covers. */
  readonly tbs: Der;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** When the authority means to publish the next one, before this one ends. */
  readonly nextPublish?: Date;
  readonly signatureAlgorithmDer: Der;
  readonly signature: Uint8Array;
  readonly number?: bigint;
  /** Of a delta CRL: the number of the oldest complete CRL that it builds on. */
  readonly baseNumber?: bigint;
  /** Where its delta CRLs are. */
  readonly freshestUrls: readonly string[];
  readonly scope?: CrlScope;
  /** Critical extensions that are not known here (RFC 5280 §5.2). */
  readonly unknownCritical: readonly string[];
  /** The entries for a serial number as `Certificate.serial` has it. @throws NotationError `CERTIFICATE`, `REVOCATION` */
  readonly find: (serial: string) => readonly CrlEntry[];
}

/**
 * Reads one CRL from its DER; `what` names it.
 * @throws NotationError `CERTIFICATE` for anything malformed, and for version 1, which notation does not read; `REVOCATION` for entries that are not understood
 */
export function parseCrl(der: Der, what: string): Crl {
  return readSequence(der, what, (fields) => {
    const tbs = fields.read(tag.sequence).der;
    const signatureAlgorithmDer = fields.read(tag.sequence).der;
    const { bytes: signature, unusedBits } = fields.bitString();
    const { innerAlgorithm, ...said } = readSequence(tbs, what, (inside) => parseTbs(inside, what));
    if (unusedBits !== 0) throw malformed(what, `expected a signature of whole bytes, found ${unusedBits} unused bits`);
    // RFC 5280 §5.1.1.2: the signed copy and the unsigned one must agree.
    if (!equalBytes(innerAlgorithm, signatureAlgorithmDer))
      throw malformed(what, 'expected one signature algorithm, found two that differ');
    return { der, tbs, ...said, signatureAlgorithmDer, signature };
  });
}

type Said = Omit<Crl, 'der' | 'tbs' | 'signatureAlgorithmDer' | 'signature'>;

function parseTbs(fields: Cursor, what: string): Said & { readonly innerAlgorithm: Der } {
  const version = fields.peek() === tag.integer ? fields.smallInteger() + 1 : 1;
  if (version !== 2) throw malformed(what, `expected a CRL of version 2, found version ${version}`);
  const innerAlgorithm = fields.read(tag.sequence).der;
  const issuer = parseNameDer(fields.read(tag.sequence).der, `${what}, issuer`);
  const thisUpdate = fields.time();
  const nextUpdate = isTime(fields.peek()) ? fields.time() : undefined;
  const entries = checkEntries(fields.optional(tag.sequence)?.value ?? new Uint8Array(), what);
  const extensions = parseExtensions(fields.explicit(0), what);
  const find = (serial: string) => findEntries(entries, serialBytes(serial), what);
  return { innerAlgorithm, issuer, thisUpdate, ...(nextUpdate && { nextUpdate }), ...readKnown(extensions, what), find };
}

function isTime(found: number | undefined): boolean {
  return found === tag.utcTime || found === tag.generalizedTime;
}

function parseExtensions(field: Cursor | undefined, what: string): readonly Extension[] {
  if (!field) return [];
  const list = field.sequence();
  field.end();
  return parseExtensionList(list, what);
}

/** FreshestCRL, in CRLs and in certificates. */
export const freshestCrlOid = '2.5.29.46';

const known = {
  number: '2.5.29.20',
  baseNumber: '2.5.29.27',
  scope: '2.5.29.28',
  freshest: freshestCrlOid,
  /** Microsoft's; the trust policy specification calls it NextPublish. */
  nextPublish: '1.3.6.1.4.1.311.21.4',
} as const;

/** The two that RFC 5280 wants critical; notation refuses any other. */
const criticals: ReadonlySet<string> = new Set([known.baseNumber, known.scope]);

function readKnown(extensions: readonly Extension[], what: string) {
  const read = <T>(name: keyof typeof known, parse: (value: Der, what: string) => T): T | undefined => {
    const extension = extensions.find(({ oid }) => oid === known[name]);
    return extension && parse(extension.value, `${what}, ${name}`);
  };
  const [number, baseNumber, scope] = [read('number', parseNumber), read('baseNumber', parseNumber), read('scope', parseScope)];
  const nextPublish = read('nextPublish', parseNextPublish);
  const unknownCritical = extensions.filter(({ oid, critical }) => critical && !criticals.has(oid)).map(({ oid }) => oid);
  return {
    ...(number !== undefined && { number }),
    ...(baseNumber !== undefined && { baseNumber }),
    ...(scope && { scope }),
    ...(nextPublish && { nextPublish }),
    freshestUrls: (read('freshest', parseDistributionPoints) ?? []).flatMap(({ urls }) => urls),
    unknownCritical,
  };
}

/** No standard says its form: what is no time says nothing. */
function parseNextPublish(value: Der, what: string): Date | undefined {
  try {
    return readAll(value, what, (cursor) => cursor.time());
  } catch {
    return undefined;
  }
}

/** RFC 5280 §5.2.3: no longer than 20 octets. */
function parseNumber(value: Der, what: string): bigint {
  const bytes = readAll(value, what, (cursor) => cursor.integer());
  if (bytes.length > 20 || (bytes[0] ?? 0) >= 0x80)
    throw malformed(what, 'expected a number of zero or more, at most 20 bytes long, found another');
  return BigInt(`0x${toHex(bytes)}`);
}

/** Contents of an INTEGER. */
function serialBytes(serial: string): Uint8Array {
  const magnitude = Buffer.from(serial, 'hex');
  return (magnitude[0] ?? 0) < 0x80 ? magnitude : Buffer.concat([Uint8Array.of(0), magnitude]);
}
