import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseVaultKeyId } from '../../../../src/kms/vault/key-id.ts';
import { placeOf } from '../../../../src/kms/vault/place.ts';
import { findTokenSource } from '../../../../src/kms/vault/token.ts';
import { contextOf } from '../../../support/backends.ts';

type Texts = Readonly<Record<string, string>>;

function place(keyId: string, environment: Texts = {}, config: Texts = {}) {
  return placeOf(parseVaultKeyId(keyId), contextOf(config, environment));
}

describe('key ids of Vault', () => {
  test('hashivault:// and openbao://, the scheme in any case', () => {
    assert.deepEqual(parseVaultKeyId('hashivault://release'), { product: 'Vault', name: 'release' });
    assert.deepEqual(parseVaultKeyId('OpenBao://a.b-c_1'), { product: 'OpenBao', name: 'a.b-c_1' });
  });

  for (const id of [
    'hashivault://',
    'hashivault://a/b',
    'hashivault://../x',
    'hashivault://a b',
    'hashivault://-a',
    'hashivault://a\n',
    'hashivault:a',
  ]) {
    test(`${JSON.stringify(id)} is refused`, () => {
      assert.throws(() => parseVaultKeyId(id), { code: 'KEY_NOT_FOUND', message: /expected hashivault:\/\/KEY/ });
    });
  }
});

describe('where a Transit key is', () => {
  test('options before variables, and the variables of OpenBao before those of Vault', () => {
    const vault = { VAULT_ADDR: 'https://vault:8200/', VAULT_NAMESPACE: 'a' };
    const bao = { ...vault, BAO_ADDR: 'https://bao:8200/prefix/' };
    assert.equal(place('hashivault://k', bao).address, 'https://vault:8200');
    assert.equal(place('openbao://k', bao).address, 'https://bao:8200/prefix');
    assert.equal(place('openbao://k', vault).address, 'https://vault:8200');
    const named = place('openbao://k', bao, { vault_addr: 'http://here', vault_namespace: '/team/b/' });
    assert.deepEqual([named.address, named.namespace], ['http://here', 'team/b']);
  });

  test('an agent stands in for the server', () => {
    const agent = place('hashivault://k', { VAULT_ADDR: 'https://vault', VAULT_AGENT_ADDR: 'http://127.0.0.1:8100' });
    assert.deepEqual([agent.address, agent.isAgent], ['http://127.0.0.1:8100', true]);
  });

  test('mounts, key, version, and the secret of the chain', () => {
    const { transit, secret } = place(
      'hashivault://k',
      { VAULT_ADDR: 'http://v' },
      { transitName: 'team/transit/', transitKeyName: 'inner', transit_key_version: '3', kvName: 'kv' },
    );
    assert.deepEqual(transit, { mount: 'team/transit', key: 'inner', version: 3 });
    assert.deepEqual(secret, { mount: 'kv', path: 'k' });
  });

  for (const [option, value] of [
    ['transit_mount', '../sys'],
    ['transit_mount', 'a//b'],
    ['transit_mount', 'a?b'],
    ['kv_path', 'a/../../sys'],
    ['kv_path', 'a b'],
    ['transit_key', 'a/b'],
    ['transit_key_version', '0'],
    ['transit_key_version', '1.5'],
    ['vault_namespace', 'a%2fb'],
    ['vault_addr', 'unix:///run/agent.sock'],
    ['vault_addr', 'https://vault?x=1'],
  ] as const) {
    test(`${option}=${value} is refused`, () => {
      assert.throws(() => place('hashivault://k', { VAULT_ADDR: 'http://v' }, { [option]: value }), { code: 'CONFIG' });
    });
  }
});

describe('how a token is had', () => {
  const find = (environment: Texts, config: Texts) => {
    const context = contextOf(config, { VAULT_ADDR: 'http://v', HOME: '/nonexistent', ...environment });
    return findTokenSource(placeOf(parseVaultKeyId('hashivault://k'), context), context);
  };

  test('a token of the environment, of an agent, or none', async () => {
    assert.deepEqual(await find({ VAULT_TOKEN: 't' }, {}), { method: 'token', token: 't', from: 'the environment' });
    assert.deepEqual(await find({ VAULT_AGENT_ADDR: 'http://a' }, {}), { method: 'agent' });
    await assert.rejects(find({}, {}), { code: 'ACCESS_DENIED', message: /expected a token/ });
    await assert.rejects(find({ VAULT_TOKEN: 'a\r\nx: y' }, {}), {
      code: 'CONFIG',
      message: /^VAULT_TOKEN: expected a token of visible characters/,
    });
  });

  test('a login, where its method has what it needs', async () => {
    const approle = { vault_auth: 'approle', vault_auth_mount: 'team/approle' };
    assert.deepEqual(await find({ VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' }, approle), {
      method: 'login',
      path: 'auth/team/approle/login',
      request: { role_id: 'r', secret_id: 's' },
    });
    await assert.rejects(find({}, approle), { code: 'CONFIG', message: /vault_role_id/ });
    await assert.rejects(find({}, { vault_auth: 'jwt', vault_role: 'ci' }), { code: 'CONFIG', message: /vault_jwt_file/ });
    await assert.rejects(find({}, { vault_auth: 'jwt', vault_jwt_env: 'JWT' }), { code: 'CONFIG', message: /vault_role/ });
    await assert.rejects(find({}, { vault_auth: 'kubernetes', vault_role: 'ci' }), { code: 'FILE' });
    await assert.rejects(find({}, { vault_auth: 'ldap' }), { code: 'CONFIG', message: /vault_auth: expected token, approle/ });
    await assert.rejects(find({}, { ...approle, vault_auth_mount: '../sys' }), { code: 'CONFIG', message: /vault_auth_mount/ });
  });
});
