import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberCertificates } from '../../../src/x509/certificate-memory.ts';
import { basicConstraints, issueCertificate } from '../../../src/x509/issue/issue.ts';
import { draftOf, mintCa, mintChain } from '../../support/pki.ts';

test('the same bytes are one certificate, other bytes are another', async () => {
  const [leaf, root] = (await mintChain({ intermediates: 0 })).map(({ certificate }) => certificate);
  assert.ok(leaf && root);
  const read = rememberCertificates();
  const first = read(leaf.der);
  assert.equal(first.serial, leaf.serial);
  assert.equal(read(Buffer.from(leaf.der)), first);
  assert.notEqual(read(root.der), first);
});

test('what cannot be read is refused each time', () => {
  const read = rememberCertificates();
  for (const _ of [1, 2]) assert.throws(() => read(Buffer.from('3000', 'hex'), 'this one'), { code: 'CERTIFICATE', message: /^this one/ });
});

test('what is remembered is bounded', async () => {
  const { key, certificate: template } = await mintCa('large', undefined);
  const read = rememberCertificates();
  const first = read(template.der);
  const filler = { oid: '1.3.6.1.4.1.32473.1', critical: false, value: new Uint8Array(1 << 20) };
  for (let number = 0; number < 17; number += 1) {
    const draft = draftOf('large', undefined, key, [basicConstraints(true), filler]);
    read(await issueCertificate(draft, key.sign));
  }
  assert.notEqual(read(template.der), first);
});
