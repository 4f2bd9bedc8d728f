// TimeStampResp (RFC 3161 §2.4.2).
import { type Der, equalBytes, toHex } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { quoteProvider } from '../core/provider-text.ts';
import { type BitString, type Cursor, hasBit, readMany, readSequence, tag } from '../x509/asn1/der.ts';
import { asTimestampError } from '../x509/timestamp/error.ts';
import { parseTimestampToken, type TimestampToken } from '../x509/timestamp/token.ts';

/** A token as the authority sent it, and as it was read. */
export interface Stamped {
  readonly der: Der;
  readonly token: TimestampToken;
}

/**
 * Reads an authority's answer.
 * @param nonce the request's: the answer must repeat it; undefined when the request had none
 * @throws NotationError `TIMESTAMP` when the authority does not grant the timestamp, with its reasons; when the answer or its token is
 * malformed; when it belongs to another request.
 */
export function readTimestampResponse(bytes: Uint8Array, nonce: Uint8Array | undefined): Stamped {
  const { status, der } = asTimestampError(() => readSequence(bytes, what, readParts));
  checkGranted(status);
  if (der === undefined) throw broken('expected a timestamp token in the answer, found none');
  const token = parseTimestampToken(der);
  checkNonce(token.info.nonce, nonce);
  return { der, token };
}

const what = 'timestamp response';

interface Status {
  readonly code: number;
  readonly texts: readonly string[];
  readonly failure?: BitString;
}

function readParts(fields: Cursor): { readonly status: Status; readonly der: Der | undefined } {
  return { status: parseStatus(fields.read(tag.sequence).der), der: fields.done ? undefined : fields.any().der };
}

// PKIStatusInfo { status, statusString SEQUENCE OF UTF8String OPTIONAL, failInfo OPTIONAL }
function parseStatus(der: Der): Status {
  return readSequence(der, what, (fields) => {
    const code = fields.smallInteger();
    const list = fields.peek() === tag.sequence ? fields.sequence() : undefined;
    const texts = list ? readMany(list, () => list.string()) : [];
    return { code, texts, ...(!fields.done && { failure: fields.bitString() }) };
  });
}

const granted = 0;
const grantedWithMods = 1;

/** PKIStatus. */
const statusNames = ['granted', 'granted with modifications', 'rejection', 'waiting', 'revocation warning', 'revocation notification'];

/** PKIFailureInfo: its bits, and what to do. */
const failures: readonly { readonly bit: number; readonly name: string; readonly hint: string }[] = [
  { bit: 0, name: 'badAlg', hint: 'the authority does not take this hash algorithm: use another' },
  { bit: 2, name: 'badRequest', hint: 'the authority does not serve such requests: check its URL, or use another' },
  { bit: 5, name: 'badDataFormat', hint: 'the authority could not read the request: check its URL, or use another' },
  { bit: 14, name: 'timeNotAvailable', hint: 'the authority lacks its clock: try again later, or use another' },
  { bit: 15, name: 'unacceptedPolicy', hint: 'tell whoever runs the authority, or use another: no policy was asked for' },
  { bit: 16, name: 'unacceptedExtension', hint: 'tell whoever runs the authority, or use another: no extension was asked for' },
  { bit: 17, name: 'addInfoNotAvailable', hint: 'tell whoever runs the authority, or use another' },
  { bit: 25, name: 'systemFailure', hint: 'the authority is out of order: try again later, or use another' },
];

function checkGranted({ code, texts, failure }: Status): void {
  if (code === granted || code === grantedWithMods) return;
  const reasons = failure ? failures.filter(({ bit }) => hasBit(failure, bit)) : [];
  const names = reasons.map(({ name }) => name).join(', ');
  const said = texts.map((text) => JSON.stringify(quoteProvider(text))).join(', ');
  const details = `${names && ` (${names})`}${said && `: ${said}`}`;
  throw broken(`expected the timestamp to be granted, found status ${statusNames[code] ?? code}${details}`, reasons[0]?.hint);
}

function checkNonce(found: Uint8Array | undefined, expected: Uint8Array | undefined): void {
  if (expected === undefined || (found && equalBytes(found, expected))) return;
  throw broken(
    `expected the nonce ${toHex(expected)}, found ${found ? toHex(found.subarray(0, 32)) : 'none'}: the answer is to another request`,
  );
}

function broken(problem: string, hint = 'tell whoever runs the timestamp authority, or use another'): NotationError {
  return new NotationError('TIMESTAMP', `${what}: ${problem}`, { hint });
}
