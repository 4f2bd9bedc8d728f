// Group timestamp: requests, answers and tokens of timestamp authorities.
import assert from 'node:assert/strict';
import type { HashAlgorithm } from '../../src/core/algorithm.ts';
import { toHex } from '../../src/core/bytes.ts';
import { makeTimestampRequest } from '../../src/timestamp/request.ts';
import { readTimestampResponse } from '../../src/timestamp/response.ts';
import { minimizeLengths } from '../../src/x509/asn1/ber.ts';
import { element, integer, sequence } from '../../src/x509/asn1/der-encode.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { checkTimestampToken, type Timestamp } from '../../src/x509/timestamp/check.ts';
import { timeRangeOf } from '../../src/x509/timestamp/info.ts';
import { parseTimestampToken, type TimestampToken } from '../../src/x509/timestamp/token.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { answerOf, askById, type Group, isRefusal, type Question } from './answer.ts';

/** What upstream calls a check, and how our messages tell of it. */
const words: ReadonlyMap<string, RegExp> = new Map([
  ['signing certificate', /expected the signing certificate, serial number/],
  ['cms signature', /found one that does not verify/],
  ['content type', /expected content of type/],
  ['TSTInfo', /TSTInfo/],
  ['ESS signing certificate', /signing certificate (v2|attribute)/],
  ['cms', /expected content of type/],
  ['signed attributes', /signed (attribute|content type)/],
  ['signer version', /expected a signer info of version 1, found 2/],
  ['signerInfo', /expected 1 to 8 signers, found 0/],
  ['parse', /malformed DER/],
  ['message imprint', /expected the message imprint/],
  ['BER', /malformed DER/],
  ['request', /found no bytes|it does not hold/],
  ['PKIStatus', /expected the timestamp to be granted, found status rejection \(badAlg\)/],
  ['response', /expected a timestamp token in the answer|TSTInfo|expected the message imprint|expected the nonce/],
]);

const askOne = askById(
  [
    [/^(ts-token|ts-resp|cms|rfc3161)-/, checkToken],
    [/^tsresp-/, checkResponse],
    [/^tsstatus-text-/, checkStatusText],
    [/^tsstatus-/, readStatus],
    [/^tsbound-/, checkBounds],
    [/^tsreq-empty-content$/, () => makeTimestampRequest(new Uint8Array(), 'SHA-256')],
    [/^tsreq-hash-oid-1$/, acceptsUnknownHash],
    [/^ber-/, convert],
  ],
  ({ expected }) => words.get(expected.failing_check ?? ''),
);

export const timestamp: Group = {
  name: 'timestamp',
  questions: (one) => [...askOne(one), ...askAlone(one)],
  differences: [
    {
      ids: ['tsresp-no-certreq-but-certs'],
      because: 'every request of ours asks for certificates, so that they may be in the answer (TSG-002)',
    },
    {
      ids: ['ts-token-v2-without-issuerserial'],
      says: /found one that does not verify/,
      because: 'upstream asserts that the certificate is found; the attribute was cut after the token was signed (TSV-004)',
    },
    {
      ids: ['ts-token-noroot'],
      says: /expected a chain from certificate "CN=Microsoft Public RSA Time Stamping Authority/,
      because: 'asserted nowhere upstream: the token is of another authority, whose root is not among the vectors (TSV-008)',
    },
    {
      ids: ['rfc3161-testtsa-other'],
      says: /expected a chain from certificate "CN=Test TSA Timestamping,O=local"/,
      because: 'inferred: its certificate comes from another intermediate of that name than the one in the chain beside it (TSV-008)',
    },
  ],
};

/** The client of these vectors is given the certificates. An authority that leaves them out of its token is refused, as notation does. */
function askAlone(one: VectorCase): readonly Question[] {
  if (!/^rfc3161-(expired-tsa|testtsa-other)$/.test(one.id)) return [];
  const check = () => checkTimestampToken(tokenOf(one), { message: messageOf(one), roots: chainOf(one).slice(-1) });
  const words = /expected (the signing certificate|a chain)/;
  return [{ id: `${one.id} alone`, expected: 'invalid', answer: () => answerOf(check), words }];
}

function checkToken(one: VectorCase): void {
  const token = tokenOf(one);
  const chain = chainOf(one);
  const whole = one.id.startsWith('rfc3161-') ? { ...token, certificates: [...token.certificates, ...chain] } : token;
  const checked = checkTimestampToken(whole, { message: messageOf(one), roots: chain.slice(-1) });
  compare(checked, token, one.expected);
}

function tokenOf({ files: [file] }: VectorCase): TimestampToken {
  const bytes = readVector(file?.path ?? '');
  return file?.role.startsWith('TimeStampResp') ? readTimestampResponse(bytes, undefined).token : parseTimestampToken(bytes);
}

function chainOf({ params, files }: VectorCase): readonly Certificate[] {
  const path = params?.['root'] ?? params?.['chain'] ?? files.find(({ role }) => role.includes('root'))?.path;
  return typeof path === 'string' ? parseCertificates(readVector(path), path) : [];
}

function messageOf({ params, files }: VectorCase): Uint8Array {
  const file = files.find(({ role }) => role === 'message');
  return file ? readVector(file.path) : Buffer.from(String(params?.['message'] ?? 'notation'));
}

function compare({ info, earliest, latest }: Timestamp, { certificates, signers }: TimestampToken, expected: VectorCase['expected']): void {
  const found = {
    genTime: info.genTime.toISOString().replace('.000Z', 'Z'),
    accuracySeconds: (latest.getTime() - earliest.getTime()) / 2000,
    policy: info.policy,
    certificates: certificates.length,
    signerInfos: signers.length,
  };
  for (const [name, value] of Object.entries(found)) if (name in expected) assert.equal(value, expected[name], name);
}

interface ResponseRow {
  readonly request: { readonly messageImprint?: { readonly value: string }; readonly nonce?: number };
  readonly response: { readonly status: number; readonly token?: string };
}

function checkResponse(one: VectorCase): void {
  const { request, response } = rowOf<ResponseRow>(one).input;
  const der = responseOf(response.status, response.token && readVector(`timestamp/shared/${response.token}`));
  const nonce = request.nonce === undefined ? undefined : integer(request.nonce).subarray(2);
  const { token } = readTimestampResponse(der, nonce);
  const roots = parseCertificates(readVector('timestamp/common/GlobalSignRootCA.crt'), 'root');
  checkTimestampToken(token, { message: Buffer.from(request.messageImprint ? 'notation' : ''), roots });
}

/** Rows that are about the words for a status, in ours: two of them grant nothing. */
const statusWords: Readonly<Record<string, RegExp>> = {
  rejected: /found status rejection$/,
  'a revocation has occurred': /found status revocation notification$/,
};

function checkStatusText(one: VectorCase): void {
  const refusal = statusWords[String(one.expected['text'])];
  const read = () => readStatus(one);
  if (refusal) assert.throws(read, (error) => isRefusal(error) && refusal.test(error.message));
  else read();
}

function readStatus(one: VectorCase): void {
  const { status, failInfo } = rowOf<{ status: number; failInfo?: { bytes: string; bits: number } | null }>(one).input;
  const bits = failInfo ? element(0x03, Uint8Array.of(8 - failInfo.bits), Buffer.from(failInfo.bytes, 'hex')) : undefined;
  readTimestampResponse(responseOf(status, readVector('timestamp/shared/TimeStampToken.p7s'), bits), undefined);
}

function responseOf(status: number, token: Uint8Array | '' | undefined, failure?: Uint8Array): Uint8Array {
  return sequence(sequence(integer(status), ...(failure ? [failure] : [])), ...(token ? [token] : []));
}

interface BoundsRow {
  readonly t: string;
  readonly value: string;
  readonly accuracySeconds: number;
}

function checkBounds(one: VectorCase): void {
  const { t, value, accuracySeconds } = rowOf<BoundsRow>(one).input;
  const some = parseTimestampToken(readVector('timestamp/shared/TimeStampToken.p7s')).info;
  const baseline = one.id === 'tsbound-baseline-default';
  const { accuracy: _, ...rest } = some;
  const { earliest, latest } = baseline
    ? timeRangeOf({ ...rest, policy: '0.4.0.2023.1.1' })
    : timeRangeOf({ ...some, genTime: new Date(value), accuracy: accuracySeconds * 1e6 });
  const at = new Date(t);
  if (baseline) assert.equal(latest.getTime() - earliest.getTime(), 2000 * Number(one.expected['accuracySeconds']));
  else assert.deepEqual([latest <= at, earliest >= at], [one.expected['boundedBefore'], one.expected['boundedAfter']]);
}

/** The type of the hash admits no other than the three of SHA-2, and nothing is made of another at run time. */
function acceptsUnknownHash(one: VectorCase): boolean {
  try {
    makeTimestampRequest(Buffer.from('notation'), rowOf<{ readonly hashOID: string }>(one).input.hashOID as HashAlgorithm);
    return true;
  } catch {
    return false;
  }
}

function convert(one: VectorCase): void {
  const { ber } = rowOf<{ ber: string }>(one).input;
  const der = toHex(minimizeLengths(Buffer.from(ber, 'hex'), 'data'));
  assert.equal(der, rowOf(one).expected['der']);
}
