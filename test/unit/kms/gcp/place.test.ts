import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeOf } from '../../../../src/kms/gcp/place.ts';
import { contextOf } from '../../../support/backends.ts';

type Texts = Readonly<Record<string, string>>;

function place(environment: Texts = {}, config: Texts = {}) {
  return placeOf(contextOf(config, environment));
}

describe('where Google is asked', () => {
  test('the public universe, unless another is named', () => {
    assert.deepEqual(place(), {
      universe: 'googleapis.com',
      kms: 'https://cloudkms.googleapis.com',
      iamCredentials: 'https://iamcredentials.googleapis.com',
      tokens: 'https://oauth2.googleapis.com/token',
    });
    assert.equal(place({ GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'apis.example' }).kms, 'https://cloudkms.apis.example');
  });

  test('the option before the variable, and neither for tokens', () => {
    const variable = { CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: 'https://one.example/' };
    assert.equal(place(variable).kms, 'https://one.example');
    const both = place(variable, { gcp_endpoint: 'https://two.example' });
    assert.deepEqual([both.kms, both.tokens], ['https://two.example', 'https://oauth2.googleapis.com/token']);
  });

  for (const address of ['http://127.0.0.1:9010', 'http://localhost:9010', 'http://[::1]:9010']) {
    test(`${address} is this machine`, () => assert.equal(place({}, { gcp_endpoint: address }).kms, address));
  }

  for (const address of [
    'http://cloudkms.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'ftp://localhost',
    'https://user:password@cloudkms.example',
    'https://cloudkms.example/?x=1',
    'cloudkms.example',
    'nonsense',
  ]) {
    test(`${address} is refused, and not repeated`, () => {
      const refusal = {
        code: 'CONFIG',
        message: 'plugin config gcp_endpoint: expected an https: address, or an http: one of this machine, found something else',
      };
      assert.throws(() => place({}, { gcp_endpoint: address }), refusal);
    });
  }

  for (const universe of ['com', 'a/b.c', 'x@y.z', 'evil.example/?']) {
    test(`the universe ${universe} is refused`, () => {
      assert.throws(() => place({ GOOGLE_CLOUD_UNIVERSE_DOMAIN: universe }), { code: 'CONFIG', message: /GOOGLE_CLOUD_UNIVERSE_DOMAIN/ });
    });
  }
});
