// The signature of a file: its digest under the hash of the key, its size, its media type where the caller knows it.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { algorithms, type KeySpec } from '../../../src/core/algorithm.ts';
import type { StoredSignature } from '../../../src/core/ports.ts';
import { codecOfFormat } from '../../../src/envelope/index.ts';
import { levels } from '../../../src/policy/level.ts';
import type { BlobStatement } from '../../../src/policy/statement.ts';
import { signBlob } from '../../../src/sign/blob.ts';
import { verifyBlob } from '../../../src/verify/blob.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { leafOf } from '../../support/envelopes.ts';
import { during, type Holder, mintChain } from '../../support/pki.ts';
import { portsOf, statementOf } from '../../support/verification.ts';

const text = Buffer.from('what is signed');

describe('a blob', () => {
  let chain: readonly Holder[];
  let root: Certificate;
  let stored: StoredSignature;

  before(async () => {
    chain = await mintChain();
    root = (chain.at(-1) as Holder).certificate;
    stored = await signatureOf(chain, text);
  });

  const verify = (content: Uint8Array, wish: { mediaType?: string; statement?: BlobStatement } = {}, signature = stored) =>
    verifyBlob(
      signature,
      () => chunksOf(content),
      { statement: blobStatement(), userMetadata: {}, ...wish },
      portsOf({ stores: { 'ca:test': [root] } }),
    );

  for (const { keySpec } of algorithms) {
    test(`signed by a key of ${keySpec} is verified`, async () => {
      const own = await mintChain({ spec: keySpec as KeySpec });
      const signature = await signatureOf(own, text);
      const ports = portsOf({ stores: { 'ca:test': [(own.at(-1) as Holder).certificate] } });
      const wish = { statement: blobStatement(), userMetadata: {} };
      assert.equal((await verifyBlob(signature, () => chunksOf(text), wish, ports)).status, 'verified');
    });
  }

  test('that was changed is rejected', async () => {
    for (const content of [Buffer.from('what is Signed'), Buffer.from(''), Buffer.concat([text, text])]) {
      const outcome = await verify(content);
      assert.ok(outcome.status === 'rejected');
      assert.deepEqual([outcome.rejected[0]?.stage, outcome.rejected[0]?.error.code], ['artifact', 'UNVERIFIED']);
    }
  });

  test('has its media type held against the caller’s word, where there is one', async () => {
    assert.equal((await verify(text, { mediaType: 'text/plain' })).status, 'verified');
    const outcome = await verify(text, { mediaType: 'text/html' });
    assert.ok(outcome.status === 'rejected');
    assert.match(outcome.rejected[0]?.error.message ?? '', /media type "text\/html", found "text\/plain"/);
  });

  test('is not read before its signer is trusted', async () => {
    const ports = portsOf({ stores: { 'ca:test': [] } });
    const content = () => assert.fail('read');
    const outcome = await verifyBlob(stored, content, { statement: blobStatement(), userMetadata: {} }, ports);
    assert.ok(outcome.status === 'rejected' && outcome.rejected[0]?.stage === 'authenticity');
  });

  test('is not looked at where the statement skips it', async () => {
    const statement = { ...blobStatement(), level: 'skip', actions: levels.skip } as const;
    const content = () => assert.fail('read');
    const outcome = await verifyBlob(stored, content, { statement, userMetadata: {} }, portsOf({ stores: {} }));
    assert.equal(outcome.status, 'skipped');
  });
});

async function signatureOf(chain: readonly Holder[], content: Uint8Array): Promise<StoredSignature> {
  const { key } = leafOf(chain);
  const certificates = chain.map(({ certificate }) => certificate.der);
  const signer = { algorithm: key.algorithm, sign: async (message: Uint8Array) => ({ bytes: await key.sign(message), certificates }) };
  const wish = { codec: await codecOfFormat('jws'), mediaType: 'text/plain', userMetadata: {} };
  const { mediaType, envelope } = await signBlob(chunksOf(content), wish, { signer, now: () => during, agent: 'test' });
  return { mediaType, envelope };
}

function blobStatement(): BlobStatement {
  const { registryScopes: _, ...demands } = statementOf();
  return { ...demands, globalPolicy: true };
}

async function* chunksOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content.subarray(0, 3);
  yield content.subarray(3);
}
