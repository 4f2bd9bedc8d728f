// The third-party cases of group timestamp, each against the function that judges it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../src/core/bytes.ts';
import { NotationError } from '../../../src/core/error.ts';
import { makeTimestampRequest } from '../../../src/timestamp/request.ts';
import { readTimestampResponse } from '../../../src/timestamp/response.ts';
import { minimizeLengths } from '../../../src/x509/ber.ts';
import { parseCertificates } from '../../../src/x509/bundle.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { element, integer, sequence } from '../../../src/x509/der-encode.ts';
import { checkTimestampToken, type Timestamp } from '../../../src/x509/timestamp-check.ts';
import { timeRangeOf } from '../../../src/x509/timestamp-info.ts';
import { parseTimestampToken, type TimestampToken } from '../../../src/x509/timestamp-token.ts';
import { casesOf, needsVectors, readVector, rowOf, type VectorCase } from '../../support/third-party.ts';

/** Cases that cannot be put here, and why. */
const excluded: ReadonlyMap<string, string> = new Map([
  ['tsreq-hash-oid-1', 'the type of the hash admits no other than the three of SHA-2'],
  ['tsresp-no-certreq-but-certs', 'every request of ours asks for certificates'],
]);

/** Cases about one step of a check whose next step must then fail: the message that tells how far it came. */
const untilLater: ReadonlyMap<string, RegExp> = new Map([
  // Upstream asserts that the certificate is found; the attribute was cut after the token was signed.
  ['ts-token-v2-without-issuerserial', /found one that does not verify/],
  // Asserted nowhere upstream. It is of another authority (Microsoft's), whose root is not among the vectors.
  ['ts-token-noroot', /expected a chain from certificate "CN=Microsoft Public RSA Time Stamping Authority/],
  // Verdict inferred upstream. Its certificate comes from another intermediate of the same name than the one in the chain beside it.
  ['rfc3161-testtsa-other', /expected a chain from certificate "CN=Test TSA Timestamping,O=local"/],
]);

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
  ['request', /found no bytes/],
  ['PKIStatus', /expected the timestamp to be granted, found status rejection \(badAlg\)/],
  ['response', /expected a timestamp token in the answer|TSTInfo|expected the message imprint|expected the nonce/],
]);

interface Drive {
  readonly ids: RegExp;
  readonly run: (one: VectorCase) => void;
}

const drives: readonly Drive[] = [
  { ids: /^(ts-token|ts-resp|cms|rfc3161)-/, run: checkToken },
  { ids: /^tsresp-/, run: checkResponse },
  { ids: /^tsstatus-/, run: checkStatus },
  { ids: /^tsbound-/, run: checkBounds },
  { ids: /^tsreq-empty-content$/, run: () => makeTimestampRequest(new Uint8Array(), 'SHA-256') },
  { ids: /^ber-/, run: convert },
];

describe('third-party group timestamp', needsVectors, () => {
  test('every case that is left out is there, and why it is left out is said', () => {
    const left = casesOf('timestamp').filter(({ id }) => excluded.has(id));
    assert.deepEqual(left.map(({ id }) => id).sort(), [...excluded.keys()].sort());
  });

  for (const one of casesOf('timestamp').filter(({ id }) => !excluded.has(id))) {
    const drive = drives.find(({ ids }) => ids.test(one.id));
    test(`${one.id} is ${one.expected.verdict}`, () => {
      assert.ok(drive, `no drive for ${one.id}`);
      const later = untilLater.get(one.id);
      if (later) return refuses(() => drive.run(one), later);
      if (one.expected.verdict === 'valid') return drive.run(one);
      const expected = words.get(one.expected.failing_check ?? '');
      assert.ok(expected, `no words for ${one.expected.failing_check}`);
      refuses(() => drive.run(one), expected);
    });
  }

  test('authorities that leave their certificates out are refused, as notation does', () => {
    const left = casesOf('timestamp').filter(({ id }) => /^rfc3161-(expired-tsa|testtsa-other)$/.test(id));
    assert.equal(left.length, 2);
    for (const one of left) {
      const token = tokenOf(one);
      const root = chainOf(one).at(-1);
      assert.ok(root);
      refuses(() => checkTimestampToken(token, { message: messageOf(one), roots: [root] }), /expected (the signing certificate|a chain)/);
    }
  });
});

function refuses(run: () => void, words: RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof NotationError);
    assert.match(error.message, words);
    return true;
  });
}

function checkToken(one: VectorCase): void {
  const token = tokenOf(one);
  const chain = chainOf(one);
  // The client of these vectors is given the certificates; a notation token brings them.
  const whole = one.id.startsWith('rfc3161-') ? { ...token, certificates: [...token.certificates, ...chain] } : token;
  const timestamp = checkTimestampToken(whole, { message: messageOf(one), roots: chain.slice(-1) });
  compare(timestamp, token, one.expected);
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

function checkStatus(one: VectorCase): void {
  const { status, failInfo } = rowOf<{ status: number; failInfo?: { bytes: string; bits: number } | null }>(one).input;
  const bits = failInfo ? element(0x03, Uint8Array.of(8 - failInfo.bits), Buffer.from(failInfo.bytes, 'hex')) : undefined;
  const der = responseOf(status, readVector('timestamp/shared/TimeStampToken.p7s'), bits);
  const refusal = refusals.get(one.id);
  if (refusal) refuses(() => readTimestampResponse(der, undefined), refusal);
  else readTimestampResponse(der, undefined);
}

/** Rows that are about the words for a status: these are refused, in ours. */
const refusals: ReadonlyMap<string, RegExp> = new Map([
  ['tsstatus-text-2', /found status rejection$/],
  ['tsstatus-text-5', /found status revocation notification$/],
]);

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

function convert(one: VectorCase): void {
  const { ber } = rowOf<{ ber: string }>(one).input;
  const der = toHex(minimizeLengths(Buffer.from(ber, 'hex'), 'data'));
  assert.equal(der, rowOf(one).expected['der']);
}
