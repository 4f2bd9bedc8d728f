// Each kind of credential by its own protocol, over our own HTTP; and why there is no token, in a sentence.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { type ErrorCode, NotationError } from '../../../../src/core/error.ts';
import type { HttpRequest } from '../../../../src/core/ports.ts';
import { openIdentity } from '../../../../src/kms/azure/identity.ts';
import { contextOf } from '../../../support/backends.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const requestId = '2b7c1de0-8d34-4c6a-9d7c-3f1f0a9f7a77';
const tenant = '11111111-2222-3333-4444-555555555555';
const client = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const token = 'eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl';
const assertion = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJydW5uZXIifQ.c2lnbmF0dXJl';
const tokenPath = `/${tenant}/oauth2/v2.0/token`;
const later = Math.floor(Date.now() / 1000) + 3600;

type Environment = Readonly<Record<string, string>>;
type Reply = { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> } | NotationError;

/** The SDK reads the variables of its process. */
const before = { ...process.env };
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

const entra: Reply = {
  status: 200,
  body: JSON.stringify({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token }),
};
const managed: Reply = {
  status: 200,
  body: JSON.stringify({ access_token: token, expires_on: String(later), resource: 'r', token_type: 'Bearer' }),
};

let resources = 0;

/** Asks a credential for a token; answers it with what was asked of the network. */
async function getToken(config: Environment, environment: Environment, answer: (request: HttpRequest) => Reply = () => entra) {
  const asked: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    asked.push(request);
    const reply = answer(request);
    if (reply instanceof NotationError) throw reply;
    return { status: reply.status, headers: reply.headers ?? {}, body: Buffer.from(reply.body) };
  };
  Object.assign(process.env, environment);
  const base = contextOf(config, environment);
  const context = { ...base, http: { send, warm: () => undefined }, deadline: { ...base.deadline, remainingMs: () => 3000 } };
  const identity = openIdentity('https://login.microsoftonline.com', context);
  // MSAL keeps the tokens of managed identities for the whole process, by resource.
  resources += 1;
  const got = identity.getToken([`https://vault${resources}.azure.net/.default`], { enableCae: true });
  return {
    asked,
    got: await got.then(
      (found) => found?.token,
      (error: unknown) => error,
    ),
  };
}

function formOf({ body }: HttpRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(String(body)));
}

const secret = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: 'a secret/+with "all" in it=' };

function federated(t: Parameters<typeof temporaryFolder>[0]): Environment {
  const path = join(temporaryFolder(t), 'token');
  writeFileSync(path, `${assertion}\n`);
  return { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_FEDERATED_TOKEN_FILE: path };
}

/** Puts a program of this name first in the path, which prints this. */
function program(t: Parameters<typeof temporaryFolder>[0], name: string, lines: string): Environment {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, name), `#!/bin/sh\necho "$@" >> ${join(folder, 'words')}\n${lines}\n`);
  chmodSync(join(folder, name), 0o755);
  return { PATH: `${folder}${delimiter}${process.env['PATH']}` };
}

describe('tokens', () => {
  test('environment: a client secret, in one request', async () => {
    const { got, asked } = await getToken({ credential_type: 'environment' }, secret);
    assert.equal(got, token);
    assert.equal(asked.length, 1);
    assert.ok(asked[0]?.url.startsWith(`https://login.microsoftonline.com${tokenPath}?`));
    assert.equal(formOf(asked[0] as HttpRequest)['client_secret'], secret.AZURE_CLIENT_SECRET);
  });

  test('default: the environment first', async () => {
    const { got, asked } = await getToken({}, secret);
    assert.equal(got, token);
    assert.equal(asked.length, 1);
  });

  test('workloadid: the federated token file, client and tenant from the plugin config', async (t) => {
    const { AZURE_FEDERATED_TOKEN_FILE = '' } = federated(t);
    const config = { credential_type: 'workloadid', client_id: client, tenant_id: tenant };
    const { got, asked } = await getToken(config, { AZURE_FEDERATED_TOKEN_FILE });
    assert.equal(got, token);
    assert.deepEqual(
      asked.map(({ url }) => new URL(url).pathname),
      [tokenPath],
    );
    const form = formOf(asked[0] as HttpRequest);
    assert.deepEqual([form['client_assertion'], form['client_id']], [assertion, client]);
  });

  test('workloadid: the token as GitHub answers a workflow', async (t) => {
    const environment = federated(t);
    writeFileSync(environment['AZURE_FEDERATED_TOKEN_FILE'] ?? '', JSON.stringify({ count: 2000, value: assertion }));
    const { got, asked } = await getToken({ credential_type: 'workloadid' }, environment);
    assert.equal(got, token);
    assert.equal(formOf(asked[0] as HttpRequest)['client_assertion'], assertion);
  });

  for (const content of ['', '{}', '{"value":7}', '{"value":"cut of', 'two words']) {
    test(`workloadid: a file that holds no token: ${JSON.stringify(content)}`, async (t) => {
      const environment = federated(t);
      writeFileSync(environment['AZURE_FEDERATED_TOKEN_FILE'] ?? '', content);
      const { got, asked } = await getToken({ credential_type: 'workloadid' }, environment);
      assert.ok(got instanceof NotationError && got.code === 'ACCESS_DENIED', String(got));
      assert.match(got.message, /holds neither a token nor JSON/);
      assert.equal(asked.length, 0);
    });
  }

  for (const type of ['default', 'managedid']) {
    test(`${type}: with a federated token file, that is the identity`, async (t) => {
      const { got, asked } = await getToken({ credential_type: type }, federated(t));
      assert.equal(got, token);
      assert.equal(formOf(asked[0] as HttpRequest)['client_assertion'], assertion);
      assert.equal(asked.length, 1);
    });
  }

  test('managedid: a virtual machine, without a search for it', async () => {
    const { got, asked } = await getToken({ credential_type: 'managedid' }, {}, () => managed);
    assert.equal(got, token);
    assert.deepEqual(
      asked.map(({ url }) => new URL(url).host),
      ['169.254.169.254'],
    );
  });

  test('default: a virtual machine, after a search that ends by itself', async () => {
    const { got, asked } = await getToken({}, {}, () => managed);
    assert.equal(got, token);
    assert.equal(asked[0]?.signal instanceof AbortSignal, true);
  });

  test('azurecli', async (t) => {
    const answer = JSON.stringify({ accessToken: token, expires_on: later });
    const { got, asked } = await getToken({ credential_type: 'azurecli', tenant_id: tenant }, program(t, 'az', `echo '${answer}'`));
    assert.equal(got, token);
    assert.deepEqual(asked, []);
  });

  test('azuredevcli', async (t) => {
    const answer = JSON.stringify({ token, expiresOn: new Date(later * 1000).toISOString() });
    assert.equal((await getToken({ credential_type: 'azuredevcli' }, program(t, 'azd', `echo '${answer}'`))).got, token);
  });

  test('azurepowershell', async (t) => {
    const answer = JSON.stringify({ Token: token, ExpiresOn: new Date(later * 1000).toISOString() });
    assert.equal((await getToken({ credential_type: 'azurepowershell' }, program(t, 'pwsh', `echo '${answer}'`))).got, token);
  });

  test('azurepipelines: the service connection of the task', async () => {
    const environment = {
      AZURESUBSCRIPTION_TENANT_ID: tenant,
      AZURESUBSCRIPTION_CLIENT_ID: client,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: 'connection',
      SYSTEM_ACCESSTOKEN: 'a system token',
      SYSTEM_OIDCREQUESTURI: 'https://pipelines.example/oidc',
    };
    const oidc: Reply = { status: 200, body: JSON.stringify({ oidcToken: assertion }) };
    const { got, asked } = await getToken({ credential_type: 'azurepipelines' }, environment, ({ url }) =>
      url.startsWith('https://pipelines.example/') ? oidc : entra,
    );
    assert.equal(got, token);
    assert.deepEqual(
      asked.map(({ url }) => new URL(url).host),
      ['pipelines.example', 'login.microsoftonline.com'],
    );
    assert.match(asked[0]?.url ?? '', /serviceConnectionId=connection/);
    assert.equal(asked[0]?.headers['authorization'], 'Bearer a system token');
  });
});

const unreachable = new NotationError('UNAVAILABLE', 'login.microsoftonline.com: no such host name', { hint: 'check the network' });

interface Failure {
  readonly name: string;
  readonly config?: Environment;
  readonly environment?: Environment;
  readonly answer: Reply;
  readonly code: ErrorCode;
  readonly told: RegExp;
  readonly metadata?: Environment;
}

const invalidClient = {
  error: 'invalid_client',
  error_description:
    'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value. Trace ID: 6f… Correlation ID: 7a… Timestamp: 2026-01-01',
  error_codes: [7000215],
};

const failures: readonly Failure[] = [
  {
    name: 'Entra refuses, in its own numbered sentence and no more of it',
    answer: { status: 401, headers: { 'x-ms-request-id': requestId }, body: JSON.stringify(invalidClient) },
    code: 'ACCESS_DENIED',
    told: /\(credential_type environment\): AADSTS7000215: Invalid client secret provided; set AZURE_TENANT_ID/,
    metadata: { providerCode: 'AADSTS7000215', requestId },
  },
  {
    name: 'Entra throttles',
    answer: { status: 429, body: '{}' },
    code: 'THROTTLED',
    told: /login\.microsoftonline\.com: too many requests/,
  },
  { name: 'Entra is out of order', answer: { status: 503, body: '' }, code: 'UNAVAILABLE', told: /login\.microsoftonline\.com.*503/ },
  { name: 'Entra is slow', answer: { status: 408, body: '' }, code: 'TIMEOUT', told: /login\.microsoftonline\.com/ },
  { name: 'Entra cannot be reached', answer: unreachable, code: 'UNAVAILABLE', told: /^login\.microsoftonline\.com: no such host name/ },
  {
    name: 'Entra talks nonsense',
    answer: { status: 200, body: '<html>' },
    code: 'UNAVAILABLE',
    told: /login\.microsoftonline\.com: expected a token/,
  },
  {
    name: 'there is no managed identity',
    config: { credential_type: 'managedid' },
    environment: {},
    answer: new NotationError('UNAVAILABLE', '169.254.169.254: it cannot be reached'),
    code: 'ACCESS_DENIED',
    told: /ManagedIdentityCredential: .*give this machine a managed identity/,
  },
  {
    name: 'a managed identity is not there by that name',
    config: { credential_type: 'managedid', client_id: client },
    environment: {},
    answer: { status: 400, body: JSON.stringify({ error: 'invalid_request', error_description: 'Identity not found' }) },
    code: 'ACCESS_DENIED',
    told: /ManagedIdentityCredential: Identity not found/,
  },
  {
    name: 'no variable is set',
    environment: {},
    answer: entra,
    code: 'ACCESS_DENIED',
    told: /EnvironmentCredential: No underlying credential could be used; set AZURE_TENANT_ID/,
    metadata: { providerCode: 'CredentialUnavailableError' },
  },
  {
    name: 'no federated token file is there',
    config: { credential_type: 'workloadid' },
    environment: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_FEDERATED_TOKEN_FILE: '/no/such/token' },
    answer: entra,
    code: 'ACCESS_DENIED',
    told: /WorkloadIdentityCredential: AZURE_FEDERATED_TOKEN_FILE \/no\/such\/token cannot be read: it does not exist/,
  },
];

describe('no token', () => {
  for (const { name, config = { credential_type: 'environment' }, environment = secret, answer, code, told, metadata } of failures) {
    test(name, async () => {
      const { got } = await getToken(config, environment, () => answer);
      assert.ok(got instanceof NotationError, String(got));
      assert.equal(got.code, code, got.message);
      const sentence = `${got.message}; ${got.hint}`;
      assert.match(sentence, told);
      assert.doesNotMatch(sentence, /[\r\n]|aka\.ms|undefined|\[object/);
      for (const [key, value] of Object.entries(metadata ?? {})) assert.equal(got.metadata?.[key], value);
      assert.equal(got.cause === undefined || answer === unreachable, true, 'the cause may hold what was sent');
    });
  }

  test('the default credential says what each of its parts said', async () => {
    const { got } = await getToken(
      {},
      { PATH: '/nowhere' },
      () => new NotationError('UNAVAILABLE', '169.254.169.254: it cannot be reached'),
    );
    assert.ok(got instanceof NotationError && got.code === 'ACCESS_DENIED');
    for (const part of [
      /EnvironmentCredential: /,
      /ManagedIdentityCredential: /,
      /Azure CLI could not be found/,
      /PowerShell/,
      /Azure Developer CLI/,
    ])
      assert.match(got.message, part);
    assert.match(got.hint ?? '', /az login.*credential_type/);
    assert.ok(got.message.length < 700, got.message);
  });

  test('services that repeat secrets are not repeated', async () => {
    const echo = (request: HttpRequest): Reply => {
      const text = `${JSON.stringify(request)} ${Buffer.from(JSON.stringify(request)).toString('base64')}`;
      return { status: 400, body: JSON.stringify({ error: text, error_description: text }) };
    };
    const { got } = await getToken({ credential_type: 'environment' }, secret, echo);
    assert.ok(got instanceof NotationError);
    const said = JSON.stringify([got.message, got.hint, got.metadata]);
    const kept = secret.AZURE_CLIENT_SECRET;
    for (const form of [kept, encodeURIComponent(kept), JSON.stringify(kept).slice(1, -1), Buffer.from(kept).toString('base64')])
      assert.ok(!said.includes(form.slice(0, 12)), said);
  });

  test('a program that hangs is ended with the command', async (t) => {
    const begun = performance.now();
    const { got } = await getToken({ credential_type: 'azurecli' }, program(t, 'az', 'exec sleep 60'));
    assert.ok(got instanceof NotationError && got.code === 'ACCESS_DENIED', String(got));
    assert.ok(performance.now() - begun < 20_000);
  });
});
