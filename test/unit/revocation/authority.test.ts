import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Http } from '../../../src/core/ports.ts';
import { authorityCheck } from '../../../src/revocation/authority.ts';
import { disk } from '../../../src/store/disk.ts';
import { makeOcspResponse } from '../../support/ocsp-response.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../../support/pki.ts';
import { mintRevocable, mintRevocableCa } from '../../support/revocable.ts';

const root = await mintCa('root', undefined);
const intermediate = await mintRevocableCa('authority', root, { ocsp: ['http://ocsp.test/'] });
const leaf = await mintRevocable('authority', root, { ocsp: ['http://ocsp.test/\u001b[31m'] });

type Status = 'good' | 'unknown' | 'revoked';

function check(status: Status, holders: readonly Holder[], asked: string[] = []): Promise<void> {
  const http: Http = {
    send: async ({ url }) => {
      asked.push(url);
      const answers = [leaf, intermediate].map(({ certificate }) => ({ certificate, issuer: root.certificate, status }));
      return { status: 200, headers: {}, body: await makeOcspResponse({ signer: root, answers }) };
    },
    warm: () => undefined,
  };
  const ports = { http, now: () => during, log: () => undefined, files: disk, write: async () => undefined };
  return authorityCheck(ports)(holders.map(({ certificate }) => certificate));
}

test('an authority that is good, or that names no source, passes', async () => {
  await check('good', [leaf, root]);
  const asked: string[] = [];
  await check('revoked', await mintChain({ purpose: 'timestamping' }), asked);
  assert.deepEqual(asked, []);
});

test('an intermediate alone may name a source', async () => {
  const lower = await mintLeaf('lower', intermediate);
  await assert.rejects(check('revoked', [lower, intermediate, root]), /certificate "CN=authority,.*": expected it not to be revoked/);
});

test('an authority that is revoked, or of which nobody tells, does not, and the terminal is left alone', async () => {
  const words = {
    revoked:
      /^timestamp authority: certificate "CN=authority,.*": expected it not to be revoked, found it revoked on 2026-05-01T00:00:00.000Z by OCSP from http:\/\/ocsp\.test\/%1B\[31m$/,
    unknown:
      /^timestamp authority: certificate "CN=authority,.*": expected to learn whether it is revoked, found OCSP http:\/\/ocsp\.test\/%1B\[31m: OCSP responder: ocsp\.test: expected good or revoked, found that it does not know/,
  };
  for (const status of ['revoked', 'unknown'] as const)
    await assert.rejects(check(status, [leaf, root]), (error: unknown) => {
      assert.ok(error instanceof NotationError && error.code === 'TIMESTAMP');
      assert.match(error.message, words[status]);
      return true;
    });
});
