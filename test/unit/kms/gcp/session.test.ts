import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Http, HttpRequest } from '../../../../src/core/ports.ts';
import { openSession } from '../../../../src/kms/gcp/session.ts';
import { contextOf } from '../../../support/backends.ts';

/** A metadata server whose tokens are good for so many seconds, and a Cloud KMS that answers everything. */
function network(seconds: number): { readonly http: Http; readonly asked: readonly HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    asked.push(request);
    const token = { access_token: `token-${asked.length}`, expires_in: seconds };
    return { status: 200, headers: { 'metadata-flavor': 'Google' }, body: Buffer.from(JSON.stringify(token)) };
  };
  return { http: { send, warm: () => undefined }, asked };
}

async function askTwice(seconds: number): Promise<readonly string[]> {
  const { http, asked } = network(seconds);
  const session = openSession({ ...contextOf({}, { GCE_METADATA_HOST: 'metadata' }), http });
  const question = { permission: 'cloudkms.cryptoKeyVersions.get', resource: 'projects/p' } as const;
  await session.ask(question);
  await session.ask(question);
  return asked.map(({ url, headers }) => `${new URL(url).hostname} ${headers['authorization'] ?? ''}`.trim());
}

test('one token serves all requests', async () => {
  const kms = 'cloudkms.googleapis.com Bearer token-1';
  assert.deepEqual(await askTwice(3600), ['metadata', kms, kms]);
});

test('a token that is about to expire is not used', async () => {
  const asked = await askTwice(30);
  assert.deepEqual(asked, ['metadata', 'cloudkms.googleapis.com Bearer token-1', 'metadata', 'cloudkms.googleapis.com Bearer token-3']);
});
