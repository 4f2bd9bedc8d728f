// OCSPResponse (RFC 6960 §4.2.1), as it is read; ocsp-check.ts says whether it may be believed.
import type { Der } from '../../core/bytes.ts';
import {
  type Cursor,
  constructedContextTag,
  contextTag,
  readAll,
  readExplicit,
  readMany,
  readOnly,
  readSequence,
  tag,
} from '../asn1/der.ts';
import { decodeTime } from '../asn1/der-value.ts';
import { type Extension, parseExtension } from '../extension.ts';
import { type Name, parseNameDer } from '../name.ts';
import { asRevocationError, unusableAnswer } from '../revocation/error.ts';
import { nameOfReason } from '../revocation/reason.ts';
import { type CertificateId, parseCertificateId } from './certificate-id.ts';

/** One BasicOCSPResponse as it was read. Nothing in it is trusted. */
export interface OcspResponse {
  /** Who signed it, by the name or by the SHA-1 of the key. */
  readonly responder: { readonly name: Name } | { readonly keyHash: Uint8Array };
  readonly producedAt: Date;
  readonly answers: readonly SingleAnswer[];
  readonly extensions: readonly Extension[];
  /** What the signature covers. */
  readonly signed: Der;
  /** AlgorithmIdentifier. */
  readonly signatureAlgorithm: Der;
  readonly signature: Uint8Array;
  /** Each for `parseCertificate`: the responder's own, where the issuer is not the responder. */
  readonly certificates: readonly Der[];
}

/** What is said of one certificate. */
export interface SingleAnswer {
  readonly id: CertificateId;
  readonly status: AnswerStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly extensions: readonly Extension[];
}

export type AnswerStatus =
  | { readonly kind: 'good' | 'unknown' }
  /** The reason is absent where it is not stated. */
  | { readonly kind: 'revoked'; readonly revokedAt: Date; readonly reason?: string };

/**
 * Reads a response, which must be successful and of the basic type.
 * @throws NotationError `REVOCATION` when it is malformed, or says why the responder does not answer.
 */
export function parseOcspResponse(bytes: Uint8Array): OcspResponse {
  return asRevocationError(what, () => {
    const basic = readSequence(bytes, what, (fields) => {
      checkStatus(fields.read(tag.enumerated).value);
      return readResponseBytes(fields.read(constructedContextTag(0)).value);
    });
    return readSequence(basic, what, readBasic);
  });
}

const what = 'OCSP response';
const basicOid = '1.3.6.1.5.5.7.48.1.1';

/** RFC 6960 §4.2.1; 4 is not used. */
const statuses: ReadonlyMap<number, string> = new Map([
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
]);

function checkStatus(value: Uint8Array): void {
  const [status = -1] = value;
  if (value.length === 1 && status === 0) return;
  const found = (value.length === 1 && statuses.get(status)) || `status ${Buffer.from(value.subarray(0, 4)).toString('hex')}`;
  throw unusableAnswer(what, `expected the status successful, found ${found}`);
}

function readResponseBytes(field: Uint8Array): Der {
  return readSequence(field, what, (fields) => {
    const found = fields.oid();
    if (found !== basicOid) throw unusableAnswer(what, `expected a basic response (${basicOid}), found type ${found}`);
    return fields.octetString();
  });
}

function readBasic(fields: Cursor): OcspResponse {
  const signed = fields.read(tag.sequence).der;
  const signatureAlgorithm = fields.read(tag.sequence).der;
  const { bytes: signature, unusedBits } = fields.bitString();
  if (unusedBits !== 0) throw unusableAnswer(what, `expected a signature of whole bytes, found ${unusedBits} unused bits`);
  const certificates = readExplicit(fields, 0, (field) => readList(field, (list) => list.read(tag.sequence).der)) ?? [];
  return { ...readSequence(signed, what, readData), signed, signatureAlgorithm, signature, certificates };
}

function readList<T>(field: Cursor, read: (list: Cursor) => T): readonly T[] {
  const list = field.sequence();
  return readMany(list, () => read(list));
}

function readData(fields: Cursor): Pick<OcspResponse, 'responder' | 'producedAt' | 'answers' | 'extensions'> {
  // The only version is the default, and DER leaves defaults out; responders that write it are understood.
  const version = readExplicit(fields, 0, (field) => field.smallInteger()) ?? 0;
  if (version !== 0) throw unusableAnswer(what, `expected version 1, found ${version + 1}`);
  const responder = readResponder(fields);
  const producedAt = readTime(fields);
  const answers = readList(fields, (list) => readSequence(list.read(tag.sequence).der, what, readSingle));
  return { responder, producedAt, answers, extensions: readExtensions(fields) };
}

function readResponder(fields: Cursor): OcspResponse['responder'] {
  const { tag: found, value } = fields.any();
  if (found === constructedContextTag(1)) return { name: parseNameDer(value, `${what}, responder`) };
  if (found === constructedContextTag(2)) return { keyHash: readOnly(value, tag.octetString, what).value };
  throw unusableAnswer(what, 'expected a responder by name or by key, found neither');
}

function readSingle(fields: Cursor): SingleAnswer {
  const id = parseCertificateId(fields.read(tag.sequence).der, what);
  const status = readStatus(fields);
  const thisUpdate = readTime(fields);
  const nextUpdate = readExplicit(fields, 0, readTime);
  return { id, status, thisUpdate, ...(nextUpdate && { nextUpdate }), extensions: readExtensions(fields) };
}

function readStatus(fields: Cursor): AnswerStatus {
  const { tag: found, value } = fields.any();
  if (found === contextTag(0) && value.length === 0) return { kind: 'good' };
  if (found === contextTag(2) && value.length === 0) return { kind: 'unknown' };
  if (found === constructedContextTag(1)) return readAll(value, what, readRevoked);
  throw unusableAnswer(what, 'expected a certificate to be good, revoked or unknown, found none of these');
}

function readRevoked(fields: Cursor): AnswerStatus {
  const revokedAt = readTime(fields);
  const reason = readExplicit(fields, 0, (field) => field.smallInteger(tag.enumerated)) ?? 0;
  return { kind: 'revoked', revokedAt, ...(reason !== 0 && { reason: nameOfReason(reason) }) };
}

function readTime(fields: Cursor): Date {
  return decodeTime(tag.generalizedTime, fields.read(tag.generalizedTime).value, what);
}

function readExtensions(fields: Cursor): readonly Extension[] {
  return readExplicit(fields, 1, (field) => readList(field, (list) => parseExtension(list, what))) ?? [];
}
