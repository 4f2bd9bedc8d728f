// The responder of the tests, by openssl's judgement.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toPem } from '../../../src/x509/bundle.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { type OcspResponder, startOcspResponder } from '../../support/ocsp-responder.ts';
import { type Holder, mintCa } from '../../support/pki.ts';
import { start } from '../../support/process.ts';
import { mintResponder, mintRevocable } from '../../support/revocable.ts';

test('the responder says what it is told', async (t) => {
  const ca = await mintCa('ca', undefined);
  const responder = await startOcspResponder({ ca, responder: await mintResponder('responder', ca) });
  t.after(() => responder.close());
  const leaf = await mintRevocable('leaf', ca, { ocsp: [responder.url], crl: ['http://crl.example/'] });
  assert.deepEqual(leaf.certificate.ocspUrls, [responder.url]);
  assert.deepEqual(leaf.certificate.crlUrls, ['http://crl.example/']);
  const folder = temporaryFolder(t);
  const expected = [
    ['unknown', /leaf.pem: unknown/],
    ['good', /leaf.pem: good/],
    [
      { reason: 'superseded', at: new Date('2026-03-01T00:00:00Z') },
      /leaf.pem: revoked\n.*\n.*\n\tReason: superseded\n\tRevocation Time: Mar {2}1/,
    ],
    [{ invalidityDate: new Date('2026-02-01T00:00:00Z') }, /Reason: keyCompromise/],
  ] as const;
  for (const [status, words] of expected) {
    responder.mark(leaf.certificate, status);
    assert.match(await askOpenssl(folder, ca, leaf, responder), words);
  }
  assert.equal(responder.asked.length, expected.length);
  responder.behave(async () => ({ status: 503 }));
  assert.match(await askOpenssl(folder, ca, leaf, responder), /503/);
  responder.behave();
  assert.match(await askOpenssl(folder, ca, leaf, responder), /Response verify OK/);
});

async function askOpenssl(folder: string, ca: Holder, leaf: Holder, { url }: OcspResponder): Promise<string> {
  for (const [name, { certificate }] of [['ca', ca] as const, ['leaf', leaf] as const])
    writeFileSync(join(folder, `${name}.pem`), toPem([certificate.der]));
  const words = ['ocsp', '-CAfile', 'ca.pem', '-issuer', 'ca.pem', '-cert', 'leaf.pem', '-url', url];
  const { stdout, stderr } = await start(['openssl', ...words], { cwd: folder });
  return stdout + stderr;
}
