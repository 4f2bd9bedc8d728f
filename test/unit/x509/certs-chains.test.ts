// The third-party cases of group certs-chains, each against the function of src/x509 that judges it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { NotationError } from '../../../src/core/error.ts';
import { checkTimestampRoot, checkTrustStoreCertificate, type TrustStoreType } from '../../../src/x509/anchor.ts';
import { parseCertificates } from '../../../src/x509/bundle.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { orderChain } from '../../../src/x509/chain.ts';
import type { KeyUsageBit } from '../../../src/x509/extension.ts';
import { keyUsage } from '../../../src/x509/issue.ts';
import { keySpecOf } from '../../../src/x509/key-spec.ts';
import {
  checkCaCertificate,
  checkCodeSigningChain,
  checkLeafCertificate,
  checkTimestampingChain,
  checkValidity,
} from '../../../src/x509/profile.ts';
import { mintLeaf } from '../../support/pki.ts';
import { casesOf, needsVectors, readVector, rowOf, type VectorCase } from '../../support/third-party.ts';

/** Cases of the group that are about folders or PKCS#12, and the test that drives each. */
const drivenElsewhere: ReadonlyMap<string, string> = new Map([
  ['store-symlinked-file', 'store/trust-store.test.ts'],
  ['store-not-existing', 'store/trust-store.test.ts'],
  ['pkcs12-cert-chain', 'kms/file.test.ts'],
  ['pkcs12-cert-invalid-mac', 'kms/file.test.ts'],
]);

/**
 * Cases whose upstream verdict is not ours. The Azure plugin refuses a bundle that repeats a certificate; here copies count once
 * (nothing is trusted by repeating it), and what is returned is the chain without them.
 */
const exceptions: ReadonlyMap<string, (one: VectorCase) => void> = new Map([
  ['akvchain-2self-signed-leaf', (one: VectorCase) => assert.equal(orderChain(certificatesOf(one)).length, 1)],
  ['akvchain-2root-leaf', (one: VectorCase) => assert.equal(orderChain(certificatesOf(one)).length, 2)],
]);

/** A day between the end of expired_leaf.crt and the end of cert_chain.pem. */
const afterExpiry = new Date('2023-06-01T00:00:00Z');

interface Drive {
  readonly ids: RegExp;
  readonly run: (one: VectorCase) => unknown;
}

const drives: readonly Drive[] = [
  {
    ids: /^chain-before-validity$/,
    run: (one) => checkCodeSigningChain(certificatesOf(one), new Date(String(one.params?.['signingTime']))),
  },
  { ids: /^chain-/, run: (one) => checkCodeSigningChain(certificatesOf(one)) },
  { ids: /^tsachain-/, run: (one) => checkTimestampingChain(certificatesOf(one)) },
  { ids: /^ca-/, run: (one) => checkCaCertificate(onlyOf(one), 'code signing', Number(one.params?.['expectedPathLen'])) },
  { ids: /^leaf-ku-/, run: checkKeyUsageRow },
  { ids: /^leaf-/, run: (one) => checkLeafCertificate(onlyOf(one), 'code signing') },
  { ids: /^tsaleaf-/, run: (one) => checkLeafCertificate(onlyOf(one), 'timestamping') },
  { ids: /^signing-time-/, run: checkSigningTimeRow },
  { ids: /^certfile-/, run: (one) => checkCount(one, certificatesOf(one)) },
  { ids: /^store-/, run: checkStore },
  { ids: /^tsa-root-/, run: (one) => checkTimestampRoot(certificatesOf(one)) },
  { ids: /^akvchain-/, run: checkOrdering },
  { ids: /^keyspec-/, run: checkKeySpec },
  // `cert_chain.pem` need only load, and is valid on that day as well.
  { ids: /^akvcert-/, run: (one) => checkValidity(certificatesOf(one), afterExpiry) },
];

/** Words that the refusal must hold, so that no case passes for another reason than its own. */
const reasons: readonly (readonly [ids: RegExp, words: RegExp])[] = [
  [/^chain-before-validity$/, /not valid before 2022-06-30T19:20:03/],
  [/^chain-unrelated-cert$/, /issuer "CN=Intermediate2", found "CN=Hello", which did not sign it /],
  [/^chain-selfsigned-leaf$/, /one self-signed certificate, the last, found this one at place 1 of 3/],
  [/^chain-selfsigned-intermediate$/, /one self-signed certificate, the last, found this one at place 4 of 5/],
  [/^tsachain-root-twice$/, /one self-signed certificate, the last, found this one at place 3 of 4/],
  [/^tsachain-(leaf-only|no-root)$/, /ends with a self-signed root/],
  [/^ca-pathlen-exceeded$/, /path length constraint of at least 3, found 2/],
  [/^ca-kuNotCriticalCertSignCa$/, /a key usage that is not critical/],
  [/^ca-kuNotCertSignCa$/, /a key usage with keyCertSign, found digitalSignature/],
  [/caTrueLeaf$|^chain-root-as-signing-cert$/, /found cA true/],
  [/^leaf-kuWrongValuesLeaf$/, /signatures only, found keyCertSign, cRLSign/],
  [/^leaf-ekuMissingCodeSigningLeaf$/, /found ocspSigning/],
  [/^tsaleaf-ekuNonCriticalTimeLeaf$/, /timeStamping alone, found one that is not critical/],
  [/^tsaleaf-kuNoDigitalSignatureLeaf$|^leaf-ku-certsign-only$/, /with digitalSignature, found keyCertSign/],
  [/^leaf-ku-ds-ke$/, /signatures only, found keyEncipherment/],
  [/^signing-time-/, /expired on 3021-10-31T19:20:03/],
  [/^certfile-invalid$|^akvchain-empty$/, /expected certificates, found none/],
  [/^store-/, /expected a (self-signed root )?CA certificate .*in a trust store/],
  [/^tsa-root-invalid$/, /malformed PEM/],
  [/^tsa-root-/, /a single self-signed root CA certificate, found certificate/],
  [/^akvchain-leaf$/, /found no certificate of that name/],
  [/^akvchain-/, /expected one leaf, found 2 certificates/],
  [/^keyspec-rsa-1024$/, /found RSA-1024/],
  [/^keyspec-dsa-2048$/, /found DSA/],
  [/^akvcert-expired-leaf$/, /expired on 2023-04-28/],
];

describe('third-party certs-chains', needsVectors, () => {
  for (const one of casesOf('certs-chains')) {
    if (drivenElsewhere.has(one.id)) continue;
    test(one.id, async () => {
      const drive = drives.find(({ ids }) => ids.test(one.id));
      assert.ok(drive, 'no drive for this case');
      const exception = exceptions.get(one.id);
      if (exception) exception(one);
      else if (one.expected.verdict === 'valid') await drive.run(one);
      else
        await assert.rejects(
          async () => drive.run(one),
          (error) => isExpectedRefusal(error, one),
        );
    });
  }
});

function isExpectedRefusal(error: unknown, one: VectorCase): boolean {
  assert.ok(error instanceof NotationError, String(error));
  const words = reasons.find(([ids]) => ids.test(one.id))?.[1];
  assert.ok(words, 'no reason is stated for this case');
  assert.match(error.message, words);
  return true;
}

test('what is driven elsewhere is named there', () => {
  for (const [id, file] of drivenElsewhere)
    assert.ok(readFileSync(join(import.meta.dirname, '..', file), 'utf8').includes(id), `${file} names ${id}`);
});

function certificatesOf(one: VectorCase): readonly Certificate[] {
  const [file] = one.files;
  assert.ok(file);
  return parseCertificates(readVector(file.path), file.path);
}

function onlyOf(one: VectorCase): Certificate {
  const [certificate, second] = certificatesOf(one);
  assert.ok(certificate && !second);
  return certificate;
}

function checkCount(one: VectorCase, certificates: readonly Certificate[]): void {
  assert.equal(certificates.length, one.expected['certificates']);
}

async function checkKeyUsageRow(one: VectorCase): Promise<void> {
  // The table calls nonRepudiation by its newer name.
  const { keyUsage: names } = rowOf<{ readonly keyUsage: readonly string[] }>(one).input;
  const bits = names.map((name) => (name === 'contentCommitment' ? 'nonRepudiation' : name)) as KeyUsageBit[];
  const leaf = await mintLeaf('leaf', undefined, { extensions: [keyUsage(bits)] });
  checkLeafCertificate(leaf.certificate, 'code signing');
}

function checkSigningTimeRow(one: VectorCase): void {
  const chain = parseCertificates(readVector('certs-chains/shared/chain-valid-4.pem'), 'chain-valid-4.pem');
  checkCodeSigningChain(chain, new Date(rowOf<{ readonly signingTime: string }>(one).input.signingTime));
}

function checkStore(one: VectorCase): void {
  const type = String(one.params?.['store']).split('/')[0] as TrustStoreType;
  const certificates = certificatesOf(one);
  for (const certificate of certificates) checkTrustStoreCertificate(type, certificate);
  checkCount(one, certificates);
}

function checkOrdering(one: VectorCase): void {
  const expected = one.files[1] ?? one.files[0];
  assert.ok(expected);
  const ordered = orderChain(certificatesOf(one));
  assert.deepEqual(
    ordered.map(({ der }) => der),
    parseCertificates(readVector(expected.path), expected.path).map(({ der }) => der),
  );
}

function checkKeySpec(one: VectorCase): void {
  const spec = keySpecOf(onlyOf(one).publicKeyInfo, one.id);
  assert.equal(spec, one.expected['keySpec']);
  assert.equal(algorithmOfSpec(spec).signing, one.expected['signingAlgorithm']);
}
