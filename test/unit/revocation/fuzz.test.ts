// Spoiled OCSP responses and CRLs: nothing but an error of ours comes out, and nothing is believed that was not signed.
import assert from 'node:assert/strict';
import { nullValue } from '../../../src/x509/asn1/der-encode.ts';
import { checkBaseCrl, checkDeltaCrl, judgeCrls } from '../../../src/x509/crl/check.ts';
import { parseCrl } from '../../../src/x509/crl/crl.ts';
import { checkOcspResponse } from '../../../src/x509/ocsp/check.ts';
import { parseOcspResponse } from '../../../src/x509/ocsp/response.ts';
import { invalidityDate as crlInvalidityDate, mintCrl } from '../../support/crl-mint.ts';
import { fuzz, iterations, type Kind, seedOf } from '../../support/fuzz.ts';
import { ofBytes } from '../../support/mutation.ts';
import { ofDer } from '../../support/mutation-der.ts';
import { invalidityDate, makeOcspResponse, revokedAt, revokedStatus } from '../../support/ocsp-response.ts';
import { during, mintCa, mintLeaf } from '../../support/pki.ts';
import { mintResponder } from '../../support/revocable.ts';

const ca = await mintCa('ca', undefined);
const [leaf, other] = [(await mintLeaf('leaf', ca)).certificate, (await mintLeaf('other', ca)).certificate];
const delegate = await mintResponder('responder', ca);
const issuer = ca.certificate;
const unknownExtension = { oid: '1.2.3', critical: false, value: nullValue() };

const responses = [
  await makeOcspResponse({ signer: ca, answers: [{ certificate: leaf, issuer }] }),
  await makeOcspResponse({
    signer: delegate,
    responder: 'key',
    certificates: [delegate.certificate.der],
    extensions: [unknownExtension],
    answers: [
      { certificate: other, issuer, hash: 'sha256' },
      { certificate: leaf, issuer, status: revokedStatus(revokedAt, 1), extensions: [invalidityDate(revokedAt)] },
    ],
  }),
];

const entries = Array.from({ length: 20 }, (_, at) => ({
  serial: (1000 + at).toString(16).padStart(4, '0'),
  reason: at % 11 === 7 ? 0 : at % 11,
}));
const base = await mintCrl({ ca, number: 5, entries: entries.filter(({ reason }) => reason !== 8), extensions: [unknownExtension] });
const delta = await mintCrl({
  ca,
  number: 7,
  baseNumber: 5,
  entries: [{ serial: leaf.serial, reason: 6, extensions: [crlInvalidityDate(during)] }],
});
const empty = await mintCrl({ ca, nextUpdate: 'none' });

const kinds: readonly Kind[] = [
  { name: 'OCSP responses', good: responses, mutations: [...ofBytes, ...ofDer], read: readResponse },
  { name: 'CRLs', good: [base, delta, empty], mutations: [...ofBytes, ...ofDer], read: readCrl },
];

for (const kind of kinds) fuzz(kind, iterations / 4, seedOf(17));

const signedResponses = new Map<string, string>();

function readResponse(bytes: Uint8Array): void {
  const response = parseOcspResponse(bytes);
  const answer = checkOcspResponse(response, { certificate: leaf, issuer, now: during });
  hold(signedResponses, responses, bytes, response.signed, JSON.stringify(answer.status));
}

const signedLists = new Map<string, string>();

function readCrl(bytes: Uint8Array): void {
  const crl = parseCrl(bytes, 'CRL');
  const found = [...entries.map(({ serial }) => serial), leaf.serial].flatMap((serial) => crl.find(serial));
  for (const { revokedAt: at } of found) assert.ok(!Number.isNaN(at.getTime()));
  if (crl.baseNumber === undefined) checkBaseCrl(crl, issuer);
  else checkDeltaCrl({ base: complete, delta: crl }, issuer);
  const told = crl.baseNumber === undefined && crl.nextUpdate ? judgeCrls({ base: crl }, { certificate: leaf, now: during }) : found;
  hold(signedLists, [base, delta, empty], bytes, crl.tbs, JSON.stringify(told));
}

const complete = parseCrl(base, 'CRL');

/** What the unspoiled inputs say, which are read first, is all that is ever believed. */
function hold(signed: Map<string, string>, good: readonly Uint8Array[], bytes: Uint8Array, message: Uint8Array, told: string): void {
  const key = Buffer.from(message).toString('latin1');
  if (good.includes(bytes)) signed.set(key, told);
  assert.equal(signed.get(key), told, 'believed what was never signed');
}
