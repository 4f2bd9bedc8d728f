// What a vault's refusals mean: code, sentence, what to do, and the vault's own codes for machines.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, NotationError } from '../../../../src/core/error.ts';
import { quoteProvider } from '../../../../src/core/provider-text.ts';
import { type Asked, isAbsent, isDenied, isUnusable, toVaultError } from '../../../../src/kms/azure/error.ts';
import { withoutSecrets } from '../../../../src/kms/azure/text.ts';

const requestId = '2b7c1de0-8d34-4c6a-9d7c-3f1f0a9f7a77';
const asked: Asked = { host: 'v.vault.azure.net', kind: 'vault', permission: 'keys/sign', name: 'signing', version: 'abc' };

function errorFor(status: number, body: unknown, where: Partial<Asked> = {}): NotationError {
  const answer = {
    status,
    headers: { 'x-ms-request-id': requestId },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
  return toVaultError(new Error('from the SDK'), answer, { ...asked, ...where });
}

function said(code: string, message = '', inner?: string) {
  return { error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) } };
}

const rbac =
  'Caller is not authorized to perform action on resource.\r\nIf role assignments were changed recently, please wait.\r\nCaller: appid=1';
const policy = "The user, group or application 'appid=1;oid=2' does not have keys sign permission on key vault 'v;location=x'.";

interface Row {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  readonly where?: Partial<Asked>;
  readonly code: ErrorCode;
  readonly told: RegExp;
}

const rows: readonly Row[] = [
  {
    name: '401',
    status: 401,
    body: said('Unauthorized', 'AKV10032: Invalid issuer.'),
    code: 'ACCESS_DENIED',
    told: /token is not accepted \(Unauthorized: AKV10032.*tenant_id/,
  },
  {
    name: '403 by role, sign',
    status: 403,
    body: said('Forbidden', rbac, 'ForbiddenByRbac'),
    code: 'ACCESS_DENIED',
    told: /has no permission keys\/sign on key "signing" of version abc \(Forbidden: ForbiddenByRbac: Caller is not authorized to perform action on resource\); assign it the role Key Vault Crypto User on the vault;/,
  },
  {
    name: '403 by role, certificate',
    status: 403,
    body: said('Forbidden', rbac, 'ForbiddenByRbac'),
    where: { permission: 'certificates/get' },
    code: 'ACCESS_DENIED',
    told: /certificates\/get on certificate "signing".*Key Vault Certificate User/,
  },
  {
    name: '403 by role, secret',
    status: 403,
    body: said('Forbidden', rbac, 'ForbiddenByRbac'),
    where: { permission: 'secrets/get' },
    code: 'ACCESS_DENIED',
    told: /Key Vault Secrets User.*ca_certs/,
  },
  {
    name: '403 by policy',
    status: 403,
    body: said('Forbidden', policy, 'ForbiddenByPolicy'),
    code: 'ACCESS_DENIED',
    told: /give it the key permission sign in the vault's access policy;/,
  },
  {
    name: '403 that says neither',
    status: 403,
    body: said('Forbidden'),
    code: 'ACCESS_DENIED',
    told: /role Key Vault Crypto User on the vault, or give it the key permission sign/,
  },
  {
    name: '403 in a Managed HSM',
    status: 403,
    body: said('Forbidden'),
    where: { kind: 'hsm' },
    code: 'ACCESS_DENIED',
    told: /local role Managed HSM Crypto User/,
  },
  {
    name: '403 by firewall',
    status: 403,
    body: said('Forbidden', 'Client address is not authorized and caller is not a trusted service.', 'ForbiddenByFirewall'),
    code: 'ACCESS_DENIED',
    told: /network rules refuse this machine.*firewall/,
  },
  {
    name: '403 by firewall, without its code',
    status: 403,
    body: said('Forbidden', 'Client address is not authorized and caller is not a trusted service.'),
    code: 'ACCESS_DENIED',
    told: /network rules refuse this machine/,
  },
  {
    name: '403 by connection',
    status: 403,
    body: said('Forbidden', 'Public network access is disabled and request is not from a trusted service.'),
    code: 'ACCESS_DENIED',
    told: /network rules.*private endpoint/,
  },
  {
    name: '403 of a disabled key',
    status: 403,
    body: said('Forbidden', 'Operation sign is not allowed on a disabled key.', 'KeyDisabled'),
    code: 'ACCESS_DENIED',
    told: /key "signing" of version abc cannot be used for keys\/sign \(Forbidden: KeyDisabled: .*disabled key.*enable it/,
  },
  {
    name: '403 of a key without sign',
    status: 403,
    body: said('Forbidden', 'Operation sign is not permitted on this key.', 'KeyOperationForbidden'),
    code: 'ACCESS_DENIED',
    told: /cannot be used for keys\/sign/,
  },
  {
    name: '404 of a key',
    status: 404,
    body: said('KeyNotFound', 'A key with (name/id) signing/abc was not found in this key vault.'),
    code: 'KEY_NOT_FOUND',
    told: /no key "signing" of version abc/,
  },
  {
    name: '404 of a certificate',
    status: 404,
    body: said('CertificateNotFound'),
    where: { permission: 'certificates/get' },
    code: 'KEY_NOT_FOUND',
    told: /no certificate "signing".*cert_chain/,
  },
  {
    name: '400 of sign',
    status: 400,
    body: said('BadParameter', 'Key and signing algorithm are incompatible.'),
    code: 'KEY_UNUSABLE',
    told: /BadParameter: Key and signing algorithm/,
  },
  {
    name: '400 of get',
    status: 400,
    body: said('BadParameter'),
    where: { permission: 'keys/get' },
    code: 'KEY_NOT_FOUND',
    told: /check the name and the version/,
  },
  { name: '409', status: 409, body: said('Conflict', '', 'ObjectIsBeingRecovered'), code: 'KEY_UNUSABLE', told: /ObjectIsBeingRecovered/ },
  {
    name: '429',
    status: 429,
    body: said('Throttled', 'Reason: VaultRequestTypeLimitReached'),
    code: 'THROTTLED',
    told: /too many requests.*VaultRequestTypeLimitReached/,
  },
  { name: '408', status: 408, body: '', code: 'TIMEOUT', told: /too long/ },
  { name: '500', status: 500, body: said('InternalServerError'), code: 'UNAVAILABLE', told: /status 500/ },
  { name: '503 without a body', status: 503, body: '', code: 'UNAVAILABLE', told: /status 503; try again/ },
  { name: '418', status: 418, body: '<html>', code: 'UNAVAILABLE', told: /status 418/ },
];

describe('refusals', () => {
  for (const { name, status, body, where, code, told } of rows) {
    test(name, () => {
      const error = errorFor(status, body, where);
      assert.equal(error.code, code, error.message);
      assert.match(`${error.message}; ${error.hint}`, told);
      assert.ok(error.message.startsWith('v.vault.azure.net: '));
      assert.doesNotMatch(error.message, /[\r\n]|Caller: appid/);
      assert.equal(error.cause, undefined, 'the SDK’s error holds the token');
    });
  }

  test('metadata holds the codes and the request id', () => {
    const { metadata } = errorFor(403, said('Forbidden', rbac, 'ForbiddenByRbac'));
    assert.deepEqual(metadata, { status: '403', providerCode: 'Forbidden', providerInnerCode: 'ForbiddenByRbac', requestId });
    assert.deepEqual(errorFor(503, '').metadata, { status: '503', requestId });
  });

  test('codes and ids that are none are not repeated', () => {
    const secret = 'U2swMU9VV2RrRG1GNGly';
    const answer = { status: 403, headers: { 'x-ms-request-id': secret }, body: Buffer.from(JSON.stringify(said(secret, '', secret))) };
    const { message, metadata } = toVaultError(new Error('from the SDK'), answer, asked);
    assert.ok(!JSON.stringify([message, metadata]).includes(secret));
    assert.deepEqual(metadata, { status: '403' });
  });

  test('bodies of any shape', () => {
    for (const body of [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"error":null}',
      '{"error":"x"}',
      '{"error":{"code":7,"message":[],"innererror":null}}',
    ])
      assert.equal(errorFor(403, body).code, 'ACCESS_DENIED', body);
  });
});

describe('other failures', () => {
  test('our own error comes through every wrapping', () => {
    const own = new NotationError('TIMEOUT', 'v.vault.azure.net: no whole answer before the deadline');
    assert.equal(toVaultError(own, undefined, asked), own);
    assert.equal(toVaultError(new Error('outer', { cause: new Error('inner', { cause: own }) }), undefined, asked), own);
  });

  test('what the SDK cannot read is no answer of Key Vault', () => {
    const answer = { status: 200, headers: {}, body: Buffer.from('<html>') };
    const error = toVaultError(new TypeError("Cannot read properties of undefined (reading 'split')"), answer, asked);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.match(error.message, /^v\.vault\.azure\.net: expected Key Vault's answer to keys\/sign, found something else$/);
  });

  test('a host that wants a token of another domain', () => {
    const error = toVaultError(
      new Error("The challenge resource 'management.azure.com' does not match the requested domain."),
      undefined,
      asked,
    );
    assert.deepEqual([error.code, /management\.azure\.com/.test(error.message)], ['ACCESS_DENIED', true]);
  });
});

test('what may be looked for elsewhere', () => {
  const byRole = errorFor(403, said('Forbidden', rbac, 'ForbiddenByRbac'));
  const byNetwork = errorFor(403, said('Forbidden', '', 'ForbiddenByFirewall'));
  const absent = errorFor(404, said('KeyNotFound'));
  const noToken = new NotationError('ACCESS_DENIED', 'no token for Azure');
  assert.deepEqual([byRole, byNetwork, absent, noToken, new Error('x')].map(isDenied), [true, false, false, false, false]);
  assert.deepEqual([byRole, byNetwork, absent, noToken, new Error('x')].map(isAbsent), [false, false, true, false, false]);
  const disabled = errorFor(403, said('Forbidden', '', 'KeyDisabled'));
  assert.deepEqual([disabled, errorFor(400, ''), errorFor(409, ''), byRole, absent].map(isUnusable), [true, true, true, false, false]);
});

describe('texts of other programs', () => {
  test('one line, short, without tokens', () => {
    assert.equal(quoteProvider('  first\tline \r\nsecond line'), 'first line');
    assert.equal(quoteProvider('got eyJhbGciOi.eyJzdWIi.c2ln and Bearer abc/def+g= here'), 'got [token] and Bearer [token] here');
    assert.equal(quoteProvider('x'.repeat(500)).length, 301);
  });

  test('without the secrets of the environment, in every form', () => {
    const secret = 'a/+"b=';
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
    const text = withoutSecrets(forms.join(' '), { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_ID: 'and' });
    assert.equal(text, '[secret] [secret] [secret] [secret]');
  });
});
