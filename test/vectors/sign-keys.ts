// Group sign-keys: a key and a certificate of another project, signing and verifying.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { toHex } from '../../src/core/bytes.ts';
import type { EnvelopeFormat } from '../../src/core/model.ts';
import { codecOfFormat } from '../../src/envelope/index.ts';
import { openKey } from '../../src/kms/index.ts';
import { toSigner } from '../../src/kms/signer.ts';
import { sign } from '../../src/sign/sign.ts';
import { verifySignature } from '../../src/verify/signature.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { contextOf } from '../support/backends.ts';
import { payload } from '../support/envelopes.ts';
import { during } from '../support/pki.ts';
import { readVector, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { portsOf, statementOf } from '../support/verification.ts';
import { ask, type Group } from './answer.ts';

const certificate = 'sign-keys/common/new_e2e.crt';

export const signKeys: Group = {
  name: 'sign-keys',
  questions: (one) => [ask(one, one.id === 'signkey-mismatch' ? signForAnother : signAndVerify, /[0-9a-f]{64}.*[0-9a-f]{64}/)],
};

async function signAndVerify(one: VectorCase): Promise<void> {
  const codec = await codecOfFormat(one.params?.['format'] as EnvelopeFormat);
  const signer = toSigner(await openKeyWith(certificate), () => during);
  const { mediaType, envelope } = await sign({ payload, codec }, { signer, now: () => during, agent: 'test/1' });
  const [trusted] = parseCertificates(readVector(certificate), certificate);
  assert.ok(trusted);
  const expectation = { statement: statementOf(), checkSubject: () => undefined, userMetadata: {} };
  const outcome = await verifySignature({ mediaType, envelope }, expectation, portsOf({ stores: { 'ca:test': [trusted] } }));
  assert.equal(outcome.status, 'verified', 'error' in outcome ? outcome.error.message : '');
  assert.ok(outcome.status === 'verified');
  assert.equal(outcome.envelope.algorithm.jws, 'PS256');
  assert.deepEqual(outcome.envelope.certificates.map(toHex), [toHex(trusted.der)]);
}

async function signForAnother(one: VectorCase): Promise<void> {
  const other = /oci-layouts\S+/.exec(String(one.params?.['certificate']))?.[0] ?? '';
  await toSigner(await openKeyWith(other), () => during).sign(payload);
}

function openKeyWith(path: string) {
  return openKey(join(thirdPartyFolder, 'sign-keys/common/e2e.key'), contextOf({ cert_chain: join(thirdPartyFolder, path) }));
}
