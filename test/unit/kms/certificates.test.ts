import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { leafOf } from '../../../src/kms/certificates.ts';
import { openKey } from '../../../src/kms/index.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { orderChain } from '../../../src/x509/chain/chain.ts';
import { contextOf } from '../../support/backends.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { mintCa, mintLeaf } from '../../support/pki.ts';

const root = await mintCa('root', undefined, {}, 'EC-384');
const leaf = await mintLeaf('leaf', root);
const [ca, own] = [root.certificate, leaf.certificate];

test('the leaf by names alone: nothing is ordered', async () => {
  assert.equal(await leafOf([ca, own], () => assert.fail('ordered')), own);
});

test('the leaf where names do not tell: of two copies neither is the only one that issued nothing', async () => {
  const pool = [ca, own, { ...own }];
  assert.equal(await leafOf(pool, async () => orderChain(pool)), own);
});

test('no leaf, and nothing to order', async () => {
  assert.equal(await leafOf([], () => assert.fail('ordered')), undefined);
});

for (const id of ['arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012', 'azurekms://a.vault.azure.net/b']) {
  test(`a chain file with a copy in it says the algorithm of ${id}`, async (t) => {
    const file = join(temporaryFolder(t), 'chain.pem');
    writeFileSync(file, toPem([ca.der, own.der, own.der]));
    assert.equal((await openKey(id, contextOf({ cert_chain: file }))).algorithm.keySpec, 'EC-256');
  });
}
