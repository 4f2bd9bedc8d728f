// Plugin config of Azure keys: which certificates, which identity, and what contradicts itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { authorityAhead, checkCredentialOptions } from '../../../../src/kms/azure/credential.ts';
import { sourceOf } from '../../../../src/kms/azure/source.ts';
import { parseSettings } from '../../../../src/kms/config.ts';
import { contextOf } from '../../../support/backends.ts';

type Config = Readonly<Record<string, string>>;

function settings(config: Config) {
  return parseSettings(new Map(Object.entries(config)));
}

function refused(told: RegExp) {
  return (error: unknown) => error instanceof NotationError && error.code === 'CONFIG' && told.test(`${error.message}; ${error.hint}`);
}

const sources: readonly (readonly [config: Config, source: object])[] = [
  [{}, { kind: 'any' }],
  [{ self_signed: 'false' }, { kind: 'any' }],
  [{ cert_chain: 'c.pem' }, { kind: 'file' }],
  [{ ca_certs: 'ca.pem' }, { kind: 'certificate', issuers: 'ca.pem' }],
  [
    { ca_certs: 'ca.pem', cert_source: 'certificate' },
    { kind: 'certificate', issuers: 'ca.pem' },
  ],
  [{ self_signed: 'true' }, { kind: 'certificate', issuers: undefined }],
  [{ self_signed: 'TRUE' }, { kind: 'certificate', issuers: undefined }],
  [{ cert_source: 'certificate' }, { kind: 'certificate', issuers: undefined }],
  [{ cert_source: 'Secret' }, { kind: 'secret', issuers: undefined }],
  [
    { cert_source: 'secret', ca_certs: 'ca.pem' },
    { kind: 'secret', issuers: 'ca.pem' },
  ],
];

const contradictions: readonly (readonly [config: Config, told: RegExp])[] = [
  [{ self_signed: 'yes' }, /self_signed: expected true or false/],
  [{ cert_source: 'file' }, /cert_source: expected certificate or secret/],
  [{ self_signed: 'true', cert_source: 'secret' }, /self_signed or cert_source=secret, found both/],
];

describe('sources of certificates', () => {
  for (const [config, source] of sources) test(JSON.stringify(config), () => assert.deepEqual(sourceOf(settings(config), 'vault'), source));

  for (const [config, told] of contradictions) {
    test(`refused: ${JSON.stringify(config)}`, () => assert.throws(() => sourceOf(settings(config), 'vault'), refused(told)));
  }

  test('a Managed HSM has a chain file or nothing', () => {
    assert.deepEqual(sourceOf(settings({}), 'hsm'), { kind: 'nowhere' });
    assert.deepEqual(sourceOf(settings({ self_signed: 'false' }), 'hsm'), { kind: 'nowhere' });
    assert.deepEqual(sourceOf(settings({ cert_chain: 'c.pem' }), 'hsm'), { kind: 'file' });
    assert.throws(() => sourceOf(settings({ ca_certs: 'ca.pem' }), 'hsm'), refused(/Managed HSM.*cert_chain/));
  });
});

const all = { client_id: 'c', tenant_id: 't', authority_host: 'https://login.example' };
const credentials: readonly (readonly [config: Config, outcome: string | RegExp])[] = [
  [{}, 'default'],
  [{ credential_type: 'Environment' }, 'environment'],
  [{ ...all, credential_type: 'default' }, 'default'],
  [{ ...all, credential_type: 'workloadid' }, 'workloadid'],
  [{ ...all, credential_type: 'azurepipelines' }, 'azurepipelines'],
  [{ credential_type: 'managedid', client_id: 'c' }, 'managedid'],
  [{ credential_type: 'azurecli', tenant_id: 't' }, 'azurecli'],
  [{ credential_type: 'azurepowershell', tenant_id: 't' }, 'azurepowershell'],
  [{ credential_type: 'azuredevcli', tenant_id: 't' }, 'azuredevcli'],
  [{ credential_type: 'environment', authority_host: 'https://login.example' }, 'environment'],
  [
    { credential_type: 'password' },
    /one of default, environment, workloadid, managedid, azurecli, azurepowershell, azuredevcli, azurepipelines/,
  ],
  [
    { credential_type: 'environment', client_id: 'c' },
    /client_id: credential_type environment does not use it.*default, workloadid, managedid, azurepipelines/,
  ],
  [{ credential_type: 'managedid', tenant_id: 't' }, /tenant_id: credential_type managedid does not use it/],
  [{ credential_type: 'azurecli', authority_host: 'https://login.example' }, /authority_host: credential_type azurecli does not use it/],
  [{ authority_host: 'http://login.example' }, /authority_host: expected an https: address/],
  [{ authority_host: 'login.example' }, /authority_host: expected an https: address/],
];

describe('credential_type', () => {
  for (const [config, outcome] of credentials) {
    test(JSON.stringify(config), () => {
      if (typeof outcome === 'string') assert.equal(checkCredentialOptions(settings(config)), outcome);
      else assert.throws(() => checkCredentialOptions(settings(config)), refused(outcome));
    });
  }
});

const application = { AZURE_CLIENT_ID: 'c', AZURE_TENANT_ID: 't', AZURE_CLIENT_SECRET: 's' };
const authorities: readonly (readonly [config: Config, environment: Config, authority: string | undefined])[] = [
  [{}, application, 'https://login.microsoftonline.us'],
  [{ credential_type: 'workloadid' }, { AZURE_FEDERATED_TOKEN_FILE: 'f' }, 'https://login.microsoftonline.us'],
  [{}, { ...application, AZURE_AUTHORITY_HOST: 'https://login.one' }, 'https://login.one'],
  [{ authority_host: 'https://login.two' }, { ...application, AZURE_AUTHORITY_HOST: 'https://login.one' }, 'https://login.two'],
  [{}, {}, undefined],
  [{ credential_type: 'managedid' }, application, undefined],
  [{ credential_type: 'azurecli' }, application, undefined],
];

describe('the authority to connect to ahead', () => {
  for (const [config, environment, authority] of authorities) {
    test(`${JSON.stringify(config)} ${JSON.stringify(environment)}`, () =>
      assert.equal(authorityAhead(contextOf(config, environment), 'https://login.microsoftonline.us'), authority));
  }

  test('the public one, unless the vault says another', () => {
    assert.equal(authorityAhead(contextOf({}, application)), 'https://login.microsoftonline.com');
  });
});
