// Valid responses with one thing changed: nothing but NotationError is ever thrown, and nothing is believed that was not signed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Der } from '../../../../src/core/bytes.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { element, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { parseCertificates } from '../../../../src/x509/bundle.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import { checkOcspResponse, type OcspAnswer } from '../../../../src/x509/ocsp/check.ts';
import { parseOcspResponse } from '../../../../src/x509/ocsp/response.ts';
import { invalidityDate, makeOcspResponse } from '../../../support/ocsp-response.ts';
import { during, type Holder, mintCa, mintLeaf } from '../../../support/pki.ts';
import { mintResponder } from '../../../support/revocable.ts';
import { needsVectors, readVector } from '../../../support/third-party.ts';

interface Sample {
  readonly response: Uint8Array;
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly now: Date;
}

describe('one thing changed in a response', async () => {
  const ca = await mintCa('ca', undefined);
  const rsa = await mintCa('rsa ca', undefined, {}, 'RSA-2048');
  const samples: Readonly<Record<string, () => Promise<Sample>>> = {
    'by the issuer, good': () => sampleOf(ca, ca),
    'by the issuer with RSASSA-PSS, revoked': () => sampleOf(rsa, rsa, [], 'revoked'),
    'by a delegate, unknown': async () => {
      const delegate = await mintResponder('responder', ca);
      return sampleOf(ca, delegate, [delegate.certificate.der], 'unknown');
    },
  };
  for (const [name, make] of Object.entries(samples)) test(name, async () => spoil(await make(), name.includes('RSA') ? 3 : 1));

  test("openssl's", needsVectors, () => {
    const chain = 'ocsp/common/notation/certchain_with_ocsp.pem';
    const [certificate, issuer] = parseCertificates(readVector(chain), chain) as readonly [Certificate, Certificate];
    const response = readVector('ocsp/shared/notation/ocsp-good.der');
    spoil({ response, certificate, issuer, now: new Date('2026-12-01T00:00:00Z') }, 5);
  });
});

async function sampleOf(
  ca: Holder,
  signer: Holder,
  certificates: readonly Der[] = [],
  status: 'good' | 'revoked' | 'unknown' = 'good',
): Promise<Sample> {
  const { certificate } = await mintLeaf('leaf', ca);
  const issuer = ca.certificate;
  const answers = [{ certificate, issuer, status, extensions: [invalidityDate(during)] }];
  return { response: await makeOcspResponse({ signer, answers, certificates }), certificate, issuer, now: during };
}

test('a response as deep as it can be is refused without exhausting the stack', async () => {
  const ca = await mintCa('ca', undefined);
  let deep: Uint8Array = sequence();
  for (let depth = 0; depth < 5000; depth += 1) deep = sequence(deep);
  const response = sequence(element(0x0a, Uint8Array.of(0)), element(0xa0, deep));
  assert.equal(outcome({ response, certificate: ca.certificate, issuer: ca.certificate, now: during }), undefined);
});

/** Every byte, or every one of `step`, changed in two ways, left out, and preceded by another; every length cut off. All of it is signed, or says by whom. */
function spoil(sample: Sample, step = 1): void {
  const { response } = sample;
  assert.ok(outcome(sample), 'the sample itself must be valid');
  const told = (change: Uint8Array) => outcome({ ...sample, response: change });
  for (let at = 0; at < response.length; at += step) {
    for (const mask of [1 << (at % 8), 0xff])
      assert.equal(told(replace(response, at, 1, (response[at] ?? 0) ^ mask)), undefined, `byte ${at} changed by ${mask}`);
    assert.equal(told(replace(response, at, 1)), undefined, `without byte ${at}`);
    const extra = [0x00, 0x30, response[at] ?? 0][(at / step) % 3] ?? 0;
    assert.equal(told(replace(response, at, 0, extra)), undefined, `with ${extra} before byte ${at}`);
    assert.equal(told(response.subarray(0, at)), undefined, `cut off at ${at}`);
  }
}

function replace(bytes: Uint8Array, at: number, count: number, ...more: readonly number[]): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(more), bytes.subarray(at + count)]);
}

function outcome({ response, certificate, issuer, now }: Sample): OcspAnswer | undefined {
  try {
    return checkOcspResponse(parseOcspResponse(response), { certificate, issuer, now });
  } catch (error) {
    assert.ok(error instanceof NotationError && error.code === 'REVOCATION', String(error));
    return undefined;
  }
}
