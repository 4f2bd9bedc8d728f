// CRLs of every shape, signed by a test's key: those that OpenSSL does not make.
import type { Der } from '../../src/core/bytes.ts';
import { element, explicit, integer, sequence, time } from '../../src/x509/asn1/der-encode.ts';
import { type ExtensionDraft, encodeExtensions, encodeName, type NameDraft, sealCertificate } from '../../src/x509/issue/issue.ts';
import { encodeSignatureAlgorithm, encodeSignatureValue } from '../../src/x509/signature-algorithm.ts';
import { type Holder, validFrom, validUntil } from './pki.ts';

export interface EntryDraft {
  /** The magnitude in hexadecimal. */
  readonly serial: string;
  readonly revokedAt?: Date;
  /** The number of a CRLReason. */
  readonly reason?: number;
  readonly extensions?: readonly ExtensionDraft[];
}

export interface CrlDraft {
  readonly ca: Holder;
  readonly issuer?: NameDraft;
  readonly thisUpdate?: Date;
  /** 'none' leaves it out. */
  readonly nextUpdate?: Date | 'none';
  readonly number?: number;
  readonly baseNumber?: number;
  readonly entries?: readonly EntryDraft[];
  /** Instead of `entries`: the contents of revokedCertificates. */
  readonly rawEntries?: Uint8Array;
  readonly extensions?: readonly ExtensionDraft[];
}

/** A CRL of version 2; valid as long as minted certificates unless said otherwise. */
export async function mintCrl(draft: CrlDraft): Promise<Der> {
  const { key } = draft.ca;
  const algorithm = encodeSignatureAlgorithm(key.algorithm);
  const tbs = encodeTbs(draft, algorithm);
  return sealCertificate(tbs, algorithm, encodeSignatureValue(key.algorithm, await key.sign(tbs)));
}

/** CRLNumber and its like: an extension whose value is an INTEGER. */
export function numberExtension(type: string, value: number, critical = false): ExtensionDraft {
  return { oid: type, critical, value: integer(value) };
}

/** invalidityDate (RFC 5280 §5.3.2). */
export function invalidityDate(date: Date): ExtensionDraft {
  const digits = `${date.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`;
  return { oid: '2.5.29.24', critical: false, value: element(0x18, Buffer.from(digits)) };
}

export function encodeEntry({ serial, revokedAt = validFrom, reason, extensions = [] }: EntryDraft): Der {
  const all = [
    ...(reason === undefined ? [] : [{ oid: '2.5.29.21', critical: false, value: element(0x0a, Uint8Array.of(reason)) }]),
    ...extensions,
  ];
  return sequence(integer(Buffer.from(serial, 'hex')), time(revokedAt), ...(all.length > 0 ? [encodeExtensions(all)] : []));
}

function encodeTbs(draft: CrlDraft, algorithm: Der): Der {
  const {
    ca,
    issuer = ca.certificate.subject,
    thisUpdate = validFrom,
    nextUpdate = validUntil,
    entries = [],
    number = 1,
    baseNumber,
  } = draft;
  const raw = draft.rawEntries ?? Buffer.concat(entries.map(encodeEntry));
  const extensions = [
    numberExtension('2.5.29.20', number),
    ...(baseNumber === undefined ? [] : [numberExtension('2.5.29.27', baseNumber, true)]),
    ...(draft.extensions ?? []),
  ];
  return sequence(
    integer(1),
    algorithm,
    encodeName(issuer),
    time(thisUpdate),
    ...(nextUpdate === 'none' ? [] : [time(nextUpdate)]),
    ...(raw.length > 0 ? [element(0x30, raw)] : []),
    explicit(0, encodeExtensions(extensions)),
  );
}
