// A managed identity in its App Service form, by itself: MSAL keeps the first form that a process meets.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import type { HttpRequest } from '../../../../src/core/ports.ts';
import { openIdentity } from '../../../../src/kms/azure/identity.ts';
import { contextOf } from '../../../support/backends.ts';

const client = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const environment = { IDENTITY_ENDPOINT: 'http://127.0.0.1:41741/msi/token', IDENTITY_HEADER: 'a header/+to keep=' };
before(() => void Object.assign(process.env, environment));

type Reply = { readonly status: number; readonly body: string };

async function getToken(resource: string, answer: (request: HttpRequest) => Reply) {
  const asked: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    asked.push(request);
    const { status, body } = answer(request);
    return { status, headers: {}, body: Buffer.from(body) };
  };
  const context = { ...contextOf({ credential_type: 'managedid', client_id: client }, environment), http: { send, warm: () => undefined } };
  const got = openIdentity(undefined, context).getToken([`${resource}/.default`], {});
  return {
    asked,
    got: await got.then(
      (found) => found?.token,
      (error: unknown) => error,
    ),
  };
}

function tokenOf(token: string): Reply {
  const expires = String(Math.floor(Date.now() / 1000) + 3600);
  return { status: 200, body: JSON.stringify({ access_token: token, expires_on: expires, resource: 'r', token_type: 'Bearer' }) };
}

test('the identity that client_id names, with the header of its service', async () => {
  const { got, asked } = await getToken('https://vault.azure.net', () => tokenOf('one'));
  assert.equal(got, 'one');
  const url = new URL(asked[0]?.url ?? '');
  assert.deepEqual([url.searchParams.get('client_id'), url.searchParams.get('resource')], [client, 'https://vault.azure.net']);
  assert.equal(asked[0]?.headers['x-identity-header'], environment.IDENTITY_HEADER);
});

test('a second command of the process uses its own network', async () => {
  const { got, asked } = await getToken('https://managedhsm.azure.net', () => tokenOf('two'));
  assert.equal(got, 'two');
  assert.equal(asked.length, 1);
});

test('a service that repeats its secret header is not repeated', async () => {
  const echo = (request: HttpRequest): Reply => {
    const text = `${JSON.stringify(request)} ${encodeURIComponent(environment.IDENTITY_HEADER)} ${Buffer.from(environment.IDENTITY_HEADER).toString('base64')}`;
    return { status: 400, body: JSON.stringify({ error: text, error_description: text }) };
  };
  const { got } = await getToken('https://vault.azure.cn', echo);
  assert.ok(got instanceof NotationError && got.code === 'ACCESS_DENIED', String(got));
  const said = JSON.stringify([got.message, got.hint, got.metadata]);
  for (const form of [
    environment.IDENTITY_HEADER,
    encodeURIComponent(environment.IDENTITY_HEADER),
    Buffer.from(environment.IDENTITY_HEADER).toString('base64'),
  ])
    assert.ok(!said.includes(form.slice(0, 10)), said);
});
