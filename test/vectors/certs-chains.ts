// Group certs-chains: certificates, chains, trust stores, bundles in any order, each against the function that judges it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { algorithmOfSpec } from '../../src/core/algorithm.ts';
import { openKey } from '../../src/kms/index.ts';
import type { Directories } from '../../src/store/directories.ts';
import { disk } from '../../src/store/disk.ts';
import { readTrustStore, trustStorePath } from '../../src/store/trust-store.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { checkTimestampRoot, type TrustStoreType } from '../../src/x509/chain/anchor.ts';
import { orderChain } from '../../src/x509/chain/chain.ts';
import {
  checkCaCertificate,
  checkCodeSigningChain,
  checkLeafCertificate,
  checkTimestampingChain,
  checkValidity,
} from '../../src/x509/chain/profile.ts';
import type { KeyUsageBit } from '../../src/x509/extension.ts';
import { keyUsage } from '../../src/x509/issue/issue.ts';
import { keySpecOf } from '../../src/x509/key-spec.ts';
import { contextOf } from '../support/backends.ts';
import { mintLeaf } from '../support/pki.ts';
import { readVector, rowOf, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { askById, type ById, type Group, isRefusal, pick } from './answer.ts';
import { inFolder } from './folder.ts';

/** A day between the end of expired_leaf.crt and the end of cert_chain.pem. */
const afterExpiry = new Date('2023-06-01T00:00:00Z');

const words: ById<RegExp> = [
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
  [/^store-symlinked-file$/, /expected a regular file, found a folder or a link/],
  [/^store-not-existing$/, /"does-not-exist" of type "?ca"? does not exist/],
  [/^store-/, /expected a (self-signed root )?CA certificate .*in a trust store/],
  [/^tsa-root-invalid$/, /malformed PEM/],
  [/^tsa-root-/, /a single self-signed root CA certificate, found certificate/],
  [/^akvchain-leaf$/, /found no certificate of that name/],
  [/^akvchain-/, /expected one leaf, found 2 certificates/],
  [/^keyspec-rsa-1024$/, /found RSA-1024/],
  [/^keyspec-dsa-2048$/, /found DSA/],
  [/^akvcert-expired-leaf$/, /expired on 2023-04-28/],
  [/^pkcs12-cert-invalid-mac$/, /is encrypted and no passphrase was given/],
];

export const certsChains: Group = {
  name: 'certs-chains',
  questions: askById(
    [
      [/^chain-before-validity$/, (one) => checkCodeSigningChain(certificatesOf(one), new Date(String(one.params?.['signingTime'])))],
      [/^chain-/, (one) => checkCodeSigningChain(certificatesOf(one))],
      [/^tsachain-/, (one) => checkTimestampingChain(certificatesOf(one))],
      [/^ca-/, (one) => checkCaCertificate(onlyOf(one), 'code signing', Number(one.params?.['expectedPathLen']))],
      [/^leaf-ku-/, checkKeyUsageRow],
      [/^leaf-/, (one) => checkLeafCertificate(onlyOf(one), 'code signing')],
      [/^tsaleaf-/, (one) => checkLeafCertificate(onlyOf(one), 'timestamping')],
      [/^signing-time-/, checkSigningTimeRow],
      [/^certfile-/, (one) => assert.equal(certificatesOf(one).length, one.expected['certificates'])],
      [/^store-symlinked-file$/, checkLinkedStore],
      [/^store-not-existing$/, () => inFolder((config) => readTrustStore(at(config), 'ca', 'does-not-exist', disk))],
      [/^store-/, checkStore],
      [/^tsa-root-/, (one) => checkTimestampRoot(certificatesOf(one))],
      [/^akvchain-/, checkOrdering],
      [/^keyspec-/, checkKeySpec],
      // `cert_chain.pem` need only load, and is valid on that day as well.
      [/^akvcert-/, (one) => checkValidity(certificatesOf(one), afterExpiry)],
      [/^pkcs12-/, checkPkcs12],
    ],
    ({ id }) => pick(words, id),
  ),
  differences: [
    {
      ids: ['akvchain-2self-signed-leaf', 'akvchain-2root-leaf'],
      because: 'copies of a certificate count once: nothing is trusted by repeating it, and the chain that is sent has none (CRT-012)',
    },
  ],
};

function at(config: string): Directories {
  return { config, libexec: config };
}

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

async function checkStore(one: VectorCase): Promise<void> {
  const [type = '', store = ''] = String(one.params?.['store']).split('/');
  const certificates = await inFolder((config) => {
    const place = dirname(trustStorePath(at(config), type as TrustStoreType, store, 'x'));
    cpSync(join(thirdPartyFolder, dirname(one.files[0]?.path ?? '')), place, { recursive: true });
    return readTrustStore(at(config), type as TrustStoreType, store, disk);
  });
  assert.equal(certificates.length, one.expected['certificates']);
}

async function checkLinkedStore(): Promise<void> {
  await inFolder((config) => {
    const path = trustStorePath(at(config), 'ca', 's', 'GlobalSignRootCA.crt');
    mkdirSync(dirname(path), { recursive: true });
    cpSync(join(thirdPartyFolder, 'timestamp/common/GlobalSignRootCA.crt'), path);
    symlinkSync(path, join(dirname(path), 'GlobalSignRootCA_SYMLINK.crt'));
    return readTrustStore(at(config), 'ca', 's', disk);
  });
}

function checkOrdering(one: VectorCase): void {
  const ordered = orderChain(certificatesOf(one));
  // Copies have no place in a chain: what is left is one certificate, or two.
  const expected = /^akvchain-2/.test(one.id) ? ordered.slice(0, one.id.endsWith('self-signed-leaf') ? 1 : 2) : expectedOrder(one);
  assert.deepEqual(
    ordered.map(({ der }) => der),
    expected.map(({ der }) => der),
  );
}

function expectedOrder({ files }: VectorCase): readonly Certificate[] {
  const expected = files[1] ?? files[0];
  assert.ok(expected);
  return parseCertificates(readVector(expected.path), expected.path);
}

function checkKeySpec(one: VectorCase): void {
  const spec = keySpecOf(onlyOf(one).publicKeyInfo, one.id);
  assert.equal(spec, one.expected['keySpec']);
  assert.equal(algorithmOfSpec(spec).signing, one.expected['signingAlgorithm']);
}

/** The file holds certificates alone: that no key is found in it is told after its MAC was checked. */
async function checkPkcs12(one: VectorCase): Promise<void> {
  try {
    await openKey(join(thirdPartyFolder, one.files[0]?.path ?? ''), contextOf());
  } catch (error) {
    if (!isRefusal(error) || !/expected one private key, found 0/.test(error.message)) throw error;
  }
}
