import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { test } from 'node:test';
import { placeOf } from '../../../../src/kms/gcp/place.ts';
import { serviceAccountSource } from '../../../../src/kms/gcp/service-account.ts';
import { contextOf } from '../../../support/backends.ts';
import { mintServiceAccount } from '../../../support/gkms.ts';

const email = 'signer@test-project.iam.gserviceaccount.com';
const audience = 'https://cloudkms.googleapis.com/';
const { file, publicKey } = mintServiceAccount(email);

/** The claims of a token that the account signed in this universe, its signature verified. */
async function claimsIn(universe: string): Promise<Readonly<Record<string, unknown>>> {
  const context = contextOf({}, { GOOGLE_CLOUD_UNIVERSE_DOMAIN: universe });
  const source = serviceAccountSource(
    { found: file, path: 'account.json' },
    { place: placeOf(context), http: context.http, context },
    audience,
  );
  const [head = '', payload = '', signature = ''] = (await source()).token.split('.');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature, 'base64url')));
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

test('a token is for one service, and for an hour at most', async () => {
  const { iss, sub, aud, scope, iat, exp } = await claimsIn('googleapis.com');
  assert.deepEqual({ iss, sub, aud, scope }, { iss: email, sub: email, aud: audience, scope: undefined });
  assert.equal(Number(exp) - Number(iat), 3600);
});

test('in another universe a token has a scope in place of an audience', async () => {
  const { aud, scope } = await claimsIn('apis.example');
  assert.deepEqual({ aud, scope }, { aud: undefined, scope: 'https://www.googleapis.com/auth/cloud-platform' });
});
